import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { build, type BuildFailure, type Metafile, type Plugin } from 'esbuild';
import type { Logger } from '@perdure/common';
import { WorkflowBundleError } from './bundle-errors.js';
import { ruleFor } from './module-rules.js';

/** What a bundle is made of. Paths are absolute, or relative to the current folder. */
export interface BundleOptions {
  /** A module whose exported functions are the workflows. */
  workflowsPath: string;
  /** Modules that export `interceptors`, outermost first. */
  workflowInterceptorModules?: string[];
  /** A module that exports `payloadConverter`. */
  payloadConverterPath?: string;
  /** A module that exports `failureConverter`. */
  failureConverterPath?: string;
  /** Modules that are imported but never used by workflow code: left out, and an error when used after all. */
  ignoreModules?: string[];
  /** Accepted for compatibility: modules of the bundle are loaded when workflows first need them. */
  preloadModules?: string[];
  logger?: Logger;
  /** May change these options, the first one first. */
  plugins?: BundlerPlugin[];
}

/** Changes the options of a bundle before it is made. */
export interface BundlerPlugin {
  get name(): string;
  configureBundler?(options: BundleOptions): BundleOptions;
}

/** Workflow code in one file, with its source map at the end. */
export interface WorkflowBundle {
  code: string;
}

/** What {@link bundleWorkflowCode} gives. */
export interface WorkflowBundleWithSourceMap extends WorkflowBundle {
  /** @deprecated The code has its map at the end. */
  sourceMap: string;
}

/** A bundle on disk. */
export interface WorkflowBundlePath {
  codePath: string;
}

/** @deprecated Use {@link WorkflowBundlePath}: the code has its map at the end. */
export interface WorkflowBundlePathWithSourceMap extends WorkflowBundlePath {
  sourceMapPath: string;
}

const STUB_NAMESPACE = 'perdure-stub';

/**
 * Bundles workflow code. What is shared by all workflows (the runtime and its API) is not part of it.
 *
 * Throws `WorkflowBundleError` for what cannot be found, cannot be parsed, or cannot run in a workflow, with the chain of imports
 * that leads there.
 */
export async function bundleWorkflowCode(given: BundleOptions): Promise<WorkflowBundleWithSourceMap> {
  const options = (given.plugins ?? []).reduce(
    (changed, plugin) => plugin.configureBundler?.(changed) ?? changed,
    given,
  );
  const workflowsPath = existingModule(options.workflowsPath, 'workflowsPath');
  const startedAt = performance.now();
  const stubs = new Map<string, string>();
  try {
    let result = await buildEntry(entryOf(workflowsPath, options, 'import'), workflowsPath, options, stubs);
    // A module that is imported has a default export, also where it is CommonJS and has none.
    if (importsCommonJs(result.metafile))
      result = await buildEntry(entryOf(workflowsPath, options, 'require'), workflowsPath, options, stubs);
    refuseForbidden(result.metafile, stubs, workflowsPath);
    const code = result.outputFiles[0]?.text ?? '';
    const took = Math.round(performance.now() - startedAt);
    options.logger?.info('Workflow bundle created', { sizeKb: Math.round(code.length / 1024), took: `${took} ms` });
    return { code, sourceMap: 'at the end of the code' };
  } catch (error) {
    throw error instanceof WorkflowBundleError ? error : asBundleError(error);
  }
}

function buildEntry(contents: string, workflowsPath: string, options: BundleOptions, stubs: Map<string, string>) {
  return build({
    stdin: { contents, resolveDir: dirname(workflowsPath), loader: 'js', sourcefile: ENTRY },
    bundle: true,
    write: false,
    outfile: 'workflow-bundle.js',
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workflow', 'import', 'module', 'default'],
    target: 'es2022',
    sourcemap: 'inline',
    sourcesContent: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    plugins: [importRules(options.ignoreModules ?? [], stubs)],
  });
}

/** The module that gives the others. Of those that it requires each run makes every export twice: once as an export, once for `require`. */
function entryOf(workflowsPath: string, options: BundleOptions, how: 'import' | 'require'): string {
  const imports: string[] = [];
  const module = (path: string, what: string): string => {
    const found = JSON.stringify(existingModule(path, what));
    if (how === 'require') return `require(${found})`;
    const name = `module${imports.length}`;
    imports.push(`import * as ${name} from ${found};\n`);
    return name;
  };
  const interceptors = (options.workflowInterceptorModules ?? []).map((path) => module(path, 'workflowModules'));
  const converter = (path: string | undefined, what: string): string =>
    path === undefined ? 'undefined' : module(path, what);
  const load = `exports.load = () => ({
  interceptorModules: [${interceptors.join(', ')}],
  payloadConverterModule: ${converter(options.payloadConverterPath, 'payloadConverterPath')},
  failureConverterModule: ${converter(options.failureConverterPath, 'failureConverterPath')},
  workflows: ${module(workflowsPath, 'workflowsPath')},
});`;
  return `${imports.join('')}${load}`;
}

function importsCommonJs({ inputs }: Metafile): boolean {
  const entry = Object.keys(inputs).find((path) => path.endsWith(ENTRY)) ?? '';
  return inputs[entry]?.imports.some(({ path }) => inputs[path]?.format === 'cjs') === true;
}

/** What stands for the module that imports workflows and interceptors, which nobody finds on disk. */
const ENTRY = 'perdure-entry.js';
const PATH_OF_URL = "fileURLToPath(new URL('./workflows.ts', import.meta.url))";
const EXTENSIONS = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '/index.ts', '/index.js'];

const TAKEN_FOR_PACKAGE =
  "what does not begin with '/' or './' is the name of a package, and there is none. Give the path of the file, for example " +
  `${PATH_OF_URL}.`;

function existingModule(path: string, option: string): string {
  if (typeof path !== 'string' || path === '' || path.startsWith('file:')) {
    const remedy = String(path).startsWith('file:') ? `, a URL: give ${PATH_OF_URL}` : '';
    throw new WorkflowBundleError(`${option} must be the path of a module, got ${JSON.stringify(path)}${remedy}.`);
  }
  // A package's module is found by the bundler.
  if (!isAbsolute(path) && !path.startsWith('.')) return path;
  const absolute = resolve(path);
  const found = EXTENSIONS.map((extension) => absolute + extension).find((candidate) => isFile(candidate));
  if (found !== undefined) return absolute;
  throw new WorkflowBundleError(
    `${option}: there is no module at ${absolute}${existsSync(absolute) ? ', a folder without an index' : ''}. ` +
      `Give the path of the file that exports the workflows, for example ${PATH_OF_URL}.`,
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Imports that are not simply bundled: left to the runtime, replaced by a stub, or refused afterwards with their chain. */
function importRules(ignoreModules: readonly string[], stubs: Map<string, string>): Plugin {
  return {
    name: 'perdure-imports',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point' || isAbsolute(path)) return undefined;
        const rule = ruleFor(path, ignoreModules);
        switch (rule.kind) {
          case 'bundled':
            return undefined;
          case 'shared':
            return { path, external: true };
          case 'forbidden':
            stubs.set(path, rule.remedy);
            return { path, namespace: STUB_NAMESPACE };
          case 'ignored':
            return { path, namespace: STUB_NAMESPACE };
        }
      });
      esbuild.onLoad({ filter: /.*/, namespace: STUB_NAMESPACE }, ({ path }) => ({
        contents: stubOf(path),
        loader: 'js',
      }));
    },
  };
}

function stubOf(name: string): string {
  const message =
    `Module '${name}' is not part of the workflow bundle (ignoreModules): workflow code must not use it. ` +
    'Move what needs it to an activity.';
  return `module.exports = new Proxy(function () {}, {
  get(_target, key) {
    if (key === '__esModule' || key === 'then' || typeof key === 'symbol') return undefined;
    throw new Error(${JSON.stringify(message)});
  },
  apply() { throw new Error(${JSON.stringify(message)}); },
  construct() { throw new Error(${JSON.stringify(message)}); },
});`;
}

function refuseForbidden(metafile: Metafile, stubs: ReadonlyMap<string, string>, workflowsPath: string): void {
  const problems: string[] = [];
  for (const [name, remedy] of stubs) {
    const chain = chainTo(metafile, `${STUB_NAMESPACE}:${name}`);
    if (chain === undefined) continue;
    const files = chain.slice(1, -1).map((file) => relative(process.cwd(), resolve(file)) || file);
    problems.push(`'${name}' cannot be imported by workflow code: ${[...files, name].join(' -> ')}. ${remedy}`);
  }
  if (problems.length === 0) return;
  throw new WorkflowBundleError(`${relative(process.cwd(), workflowsPath) || workflowsPath}: ${problems.join('\n')}`);
}

/** The shortest way from the entry to a module, over the imports that the bundle really has. */
function chainTo({ inputs }: Metafile, target: string): readonly string[] | undefined {
  const entry = Object.keys(inputs).find((path) => path.endsWith(ENTRY));
  if (entry === undefined || inputs[target] === undefined) return undefined;
  const previous = new Map<string, string | undefined>([[entry, undefined]]);
  const queue = [entry];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (path === target) break;
    for (const { path: imported } of inputs[path]?.imports ?? []) {
      if (previous.has(imported)) continue;
      previous.set(imported, path);
      queue.push(imported);
    }
  }
  if (!previous.has(target)) return undefined;
  const chain: string[] = [];
  for (let path: string | undefined = target; path !== undefined; path = previous.get(path)) chain.unshift(path);
  return chain;
}

function asBundleError(error: unknown): WorkflowBundleError {
  const { errors } = error as Partial<BuildFailure>;
  if (!Array.isArray(errors)) return new WorkflowBundleError(String(error), { cause: error });
  const lines = errors.map(({ text, location }) => {
    if (!location) return text;
    if (location.file.endsWith(ENTRY)) return `${text}: ${TAKEN_FOR_PACKAGE}`;
    return `${location.file}:${location.line}:${location.column}: ${text}`;
  });
  return new WorkflowBundleError(`Workflow code could not be bundled:\n${lines.join('\n')}`, { cause: error });
}
