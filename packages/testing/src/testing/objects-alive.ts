import { text } from 'node:stream/consumers';
import { getHeapSnapshot } from 'node:v8';

interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
}

/** How many objects and functions are alive after a full collection of garbage: of this thread, those of sandboxes included. */
export async function objectsAlive(): Promise<number> {
  const { snapshot, nodes } = JSON.parse(await text(getHeapSnapshot())) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [objectType, closureType] = [types[0].indexOf('object'), types[0].indexOf('closure')];
  let count = 0;
  for (let at = fields.indexOf('type'); at < nodes.length; at += fields.length)
    if (nodes[at] === objectType || nodes[at] === closureType) count += 1;
  return count;
}
