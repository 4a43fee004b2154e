import type { RunKey } from '../../rows.js';
import type { FlatReader, FlatWriter } from './flat.js';

/** Writes the key of a run into a message. */
export function writeRunKey(writer: FlatWriter, { namespaceId, workflowId, runId }: RunKey): void {
  writer.put(namespaceId).put(workflowId).put(runId);
}

/** Reads what `writeRunKey` wrote. */
export function readRunKey(reader: FlatReader): RunKey {
  return { namespaceId: reader.string(), workflowId: reader.string(), runId: reader.string() };
}
