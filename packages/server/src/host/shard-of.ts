const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The shard that owns every run of a workflow id (FNV-1a over UTF-16). Part of the file format: never to change. */
export function shardOf(namespaceId: string, workflowId: string, shardCount: number): number {
  if (shardCount === 1) return 0;
  let hash = FNV_OFFSET;
  for (const text of [namespaceId, '\n', workflowId]) {
    for (let index = 0; index < text.length; index += 1) {
      hash ^= text.charCodeAt(index);
      hash = Math.imul(hash, FNV_PRIME);
    }
  }
  return (hash >>> 0) % shardCount;
}
