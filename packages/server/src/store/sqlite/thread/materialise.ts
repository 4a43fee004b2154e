import type { RunKey } from '../../rows.js';
import type { FlatReader } from '../wire/flat.js';
import { readRunKey } from '../wire/run-key.js';
import type { SqliteTables } from './tables.js';

/**
 * Applies one materialisation as `writeMaterialisations` wrote it, inside a transaction of the caller, and returns the
 * shards that were fenced and left out.
 */
export function applyMaterialisations(tables: SqliteTables, request: FlatReader): number[] {
  const fenced: number[] = [];
  for (let shards = request.number(); shards > 0; shards--) {
    const shardId = request.number();
    const epoch = request.number();
    const throughPosition = request.number();
    const accepted = tables.shards.state(shardId).epoch === epoch;
    if (!accepted) fenced.push(shardId);
    request.section(() => {
      if (accepted) applyRows(tables, shardId, request);
    });
    if (accepted) {
      tables.journal.removeThrough(shardId, throughPosition);
      tables.shards.markMaterialised(shardId, throughPosition);
    }
  }
  return [...new Set(fenced)];
}

function applyRows(tables: SqliteTables, shardId: number, request: FlatReader): void {
  const { executions, history, visibility } = tables;
  for (let rows = request.number(); rows > 0; rows--) executions.upsert(shardId, request);
  for (let rows = request.number(); rows > 0; rows--) history.truncate(readRunKey(request), request.number());
  for (let rows = request.number(); rows > 0; rows--) history.append(request);
  for (let rows = request.number(); rows > 0; rows--) visibility.upsert(request);
  for (let rows = request.number(); rows > 0; rows--) deleteRun(tables, readRunKey(request));
}

function deleteRun({ executions, history, visibility }: SqliteTables, run: RunKey): void {
  executions.delete(run);
  history.delete(run);
  visibility.delete(run);
}
