import { isProtobufNamespace, isProtobufType } from './protobufjs.js';
import { isRecord } from '../type-helpers.js';

/** What protobufjs itself keeps under a name must not be covered by a package of that name. */
const TAKEN = new Set([
  'options',
  'parsedOptions',
  'name',
  'parent',
  'resolved',
  'comment',
  'filename',
  'nested',
  'root',
]);

/**
 * Makes the packages and messages of a protobufjs root (`pbjs -t json-module`) reachable as properties, as the types that
 * `pbts` generates say they are: `root.my.pkg.Message`. Returns the same root; names that protobufjs uses itself are left.
 */
export function patchProtobufRoot<T extends Record<string, unknown>>(root: T): T {
  exposeNested(root);
  return root;
}

function exposeNested(namespace: Record<string, unknown>): void {
  const { nested } = namespace;
  if (!isRecord(nested)) return;
  for (const [name, member] of Object.entries(nested)) {
    if (isProtobufNamespace(member)) exposeNested(member);
    if (TAKEN.has(name) || name in namespace) continue;
    if (!isProtobufNamespace(member) && !isProtobufType(member)) continue;
    Object.defineProperty(namespace, name, { value: member, enumerable: true, configurable: true, writable: true });
  }
}
