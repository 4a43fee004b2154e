import { builtinModules } from 'node:module';

/** Modules that every run of a sandbox shares: they come with the runtime and are never part of a bundle. */
export const SHARED_MODULES: readonly string[] = [
  '@perdure/workflow',
  '@perdure/common',
  '@perdure/common/internal',
  '@perdure/common/protobufs',
  'nexus-rpc',
];

/** Built-in modules of Node that are the same on every replay, and that sandboxes provide. */
export const PROVIDED_BUILT_INS: readonly string[] = ['assert', 'url', 'util'];

const builtIns = new Set(builtinModules.map((name) => name.replace(/^node:/, '')));
const outsidePackages = /^@perdure\/(worker|client|activity|testing|server|engine|protocol|replay|cli)(\/|$)/;

/** What a bundle does with an import. */
export type ImportRule =
  | { readonly kind: 'shared' }
  | { readonly kind: 'bundled' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'forbidden'; readonly remedy: string };

/** Decides what becomes of an import, by its name. */
export function ruleFor(name: string, ignoreModules: readonly string[]): ImportRule {
  const bare = name.replace(/^node:/, '');
  if (SHARED_MODULES.includes(name)) return { kind: 'shared' };
  if (ignoreModules.some((ignored) => bare === ignored || name === ignored || name.startsWith(`${ignored}/`))) {
    return { kind: 'ignored' };
  }
  if (PROVIDED_BUILT_INS.includes(bare)) return { kind: 'shared' };
  if (builtIns.has(bare) || builtIns.has(bare.split('/')[0] ?? '')) {
    return {
      kind: 'forbidden',
      remedy:
        'Workflow code has no access to Node: move what needs it to an activity, import only its types (`import type`), ' +
        'or list the module in `bundlerOptions.ignoreModules` if workflow code never calls it.',
    };
  }
  if (name.startsWith('@temporalio/')) {
    const own = name.replace('@temporalio/', '@perdure/');
    return {
      kind: 'forbidden',
      remedy: `This worker runs workflows written with @perdure/workflow: import '${own}' instead, the API is the same.`,
    };
  }
  if (outsidePackages.test(name)) {
    return {
      kind: 'forbidden',
      remedy: 'It is for clients, workers and activities: workflow code imports from @perdure/workflow only.',
    };
  }
  return { kind: 'bundled' };
}
