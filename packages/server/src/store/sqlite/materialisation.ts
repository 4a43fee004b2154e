import type { Materialisation } from '../rows.js';
import { writeExecution } from './executions.js';
import { writeHistoryAppend, writeHistoryTruncation } from './history.js';
import { writeVisibilityRow } from './visibility.js';
import { writeRunKey } from './wire/run-key.js';
import type { FlatWriter } from './wire/flat.js';

/** Writes a batch into a message. The rows of each shard are a section, so that those of a fenced one can be passed over. */
export function writeMaterialisations(writer: FlatWriter, batch: readonly Materialisation[]): void {
  writer.put(batch.length);
  for (const changes of batch) {
    writer.put(changes.shardId).put(changes.epoch).put(changes.throughPosition);
    writer.section(() => {
      writeRows(writer, changes.executions, writeExecution);
      writeRows(writer, changes.historyTruncations, writeHistoryTruncation);
      writeRows(writer, changes.historyAppends, writeHistoryAppend);
      writeRows(writer, changes.visibility, writeVisibilityRow);
      writeRows(writer, changes.deletes, writeRunKey);
    });
  }
}

function writeRows<Row>(
  writer: FlatWriter,
  rows: readonly Row[] = [],
  write: (writer: FlatWriter, row: Row) => void,
): void {
  writer.put(rows.length);
  for (const row of rows) write(writer, row);
}
