import { frameGroup, splitGroup } from '../framing/journal-group.js';
import type { JournalGroup, JournalRow } from '../rows.js';

interface StoredGroup {
  readonly position: number;
  readonly frame: Uint8Array;
}

/** Journal rows by shard, in order of position. */
export class JournalTable {
  readonly #groups: Map<number, readonly StoredGroup[]>;
  readonly #lastPositions: Map<number, number>;

  constructor(
    groups: Iterable<readonly [number, readonly StoredGroup[]]> = [],
    lastPositions: Iterable<readonly [number, number]> = [],
  ) {
    this.#groups = new Map([...groups].map(([shardId, rows]) => [shardId, [...rows]]));
    this.#lastPositions = new Map(lastPositions);
  }

  clone(): JournalTable {
    return new JournalTable(this.#groups, this.#lastPositions);
  }

  /** The highest position ever written, zero when there is none. */
  lastPosition(shardId: number): number {
    return this.#lastPositions.get(shardId) ?? 0;
  }

  append(group: JournalGroup): void {
    const rows = (this.#groups.get(group.shardId) ?? []) as StoredGroup[];
    rows.push({ position: group.position, frame: frameGroup(group.transitions) });
    this.#groups.set(group.shardId, rows);
    this.#lastPositions.set(group.shardId, group.position);
  }

  removeThrough(shardId: number, position: number): void {
    const rows = this.#groups.get(shardId) ?? [];
    const kept = rows.findIndex((row) => row.position > position);
    this.#groups.set(shardId, kept === -1 ? [] : rows.slice(kept));
  }

  /** Rows after a position, as of this moment. */
  readAfter(shardId: number, position: number): JournalRow[] {
    const rows = this.#groups.get(shardId) ?? [];
    return rows
      .filter((row) => row.position > position)
      .map((row) => ({ position: row.position, transitions: splitGroup(row.frame) }));
  }
}
