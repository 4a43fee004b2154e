import type { RunKey } from '../rows.js';

/** Length-prefixed, so that no two different pairs give the same key whatever characters they hold. */
export function workflowKey({ namespaceId, workflowId }: Pick<RunKey, 'namespaceId' | 'workflowId'>): string {
  return `${namespaceId.length}:${namespaceId}${workflowId}`;
}

/** Key of one run among all. */
export function runKey(run: RunKey): string {
  return `${run.runId.length}:${run.runId}${workflowKey(run)}`;
}
