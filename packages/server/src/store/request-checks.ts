import { StoreRequestError } from './errors.js';
import { maximumJournalPosition } from './rows.js';
import type { JournalGroup, Materialisation } from './rows.js';

/** Throws when a commit names a shard that does not exist or a position that cannot be stored. */
export function checkGroups(groups: readonly JournalGroup[], shardCount: number): void {
  for (const { shardId, position, transitions } of groups) {
    checkShardId(shardId, shardCount);
    if (!Number.isInteger(position) || position < 1 || position > maximumJournalPosition) {
      throw new StoreRequestError(`Journal position ${position} of shard ${shardId} is not between 1 and 2^40-1.`);
    }
    if (transitions.length === 0) {
      throw new StoreRequestError(`The group at position ${position} of shard ${shardId} holds no transitions.`);
    }
  }
}

/** Throws when a materialisation names a shard that does not exist or carries ranges that make no sense. */
export function checkMaterialisations(batch: readonly Materialisation[], shardCount: number): void {
  for (const { shardId, historyAppends = [] } of batch) {
    checkShardId(shardId, shardCount);
    for (const { runId, firstEventId, lastEventId, bytes } of historyAppends) {
      if (firstEventId >= 1 && lastEventId >= firstEventId && bytes.byteLength > 0) continue;
      throw new StoreRequestError(
        `History append ${firstEventId}..${lastEventId} of run ${runId} is not a range of events.`,
      );
    }
  }
}

/** Throws when the shard does not exist in this store. */
export function checkShardId(shardId: number, shardCount: number): void {
  if (Number.isInteger(shardId) && shardId >= 0 && shardId < shardCount) return;
  throw new StoreRequestError(`Shard ${shardId} does not exist: this store has shards 0 to ${shardCount - 1}.`);
}

/** What a caller is told about a position that does not follow the last one: something was lost or sent twice. */
export function positionOutOfOrder(shardId: number, position: number, lastPosition: number): StoreRequestError {
  return new StoreRequestError(
    `Journal position ${position} of shard ${shardId} does not follow ${lastPosition}, the last one written.`,
  );
}

/** What a caller is told about events that are stored already. */
export function historyOverlap(runId: string, firstEventId: number): StoreRequestError {
  return new StoreRequestError(`History of run ${runId} already has a stretch that starts at event ${firstEventId}.`);
}
