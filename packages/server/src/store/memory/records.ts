import { compareStrings } from '@perdure/engine/visibility';
import type { Page, PageCursor, RecordChange, RecordKey, RecordKind, StoredRecord } from '../rows.js';

interface RecordOfShard {
  readonly shardId: number;
  readonly record: StoredRecord;
}

/** Small records by namespace, kind and id. */
export class RecordsTable {
  readonly #records: Map<string, RecordOfShard>;

  constructor(records: Iterable<readonly [string, RecordOfShard]> = []) {
    this.#records = new Map(records);
  }

  clone(): RecordsTable {
    return new RecordsTable(this.#records);
  }

  write(shardId: number, changes: readonly RecordChange[]): void {
    for (const { key, value } of changes) {
      const { namespaceId, kind, id } = key;
      if (value === undefined) this.#records.delete(recordKey(key));
      else this.#records.set(recordKey(key), { shardId, record: { namespaceId, kind, id, value: value.slice() } });
    }
  }

  deleteNamespace(namespaceId: string): void {
    for (const [key, { record }] of this.#records) if (record.namespaceId === namespaceId) this.#records.delete(key);
  }

  read(key: RecordKey): Uint8Array | undefined {
    return this.#records.get(recordKey(key))?.record.value;
  }

  list(namespaceId: string, kind: RecordKind, cursor: PageCursor | undefined, limit: number): Page<StoredRecord> {
    const isWanted = ({ record }: RecordOfShard): boolean => record.namespaceId === namespaceId && record.kind === kind;
    return this.#page(isWanted, cursor === undefined ? undefined : [namespaceId, ...cursor], limit, ({ id }) => [id]);
  }

  ofShard(shardId: number, kind: RecordKind, cursor: PageCursor | undefined, limit: number): Page<StoredRecord> {
    const isWanted = (stored: RecordOfShard): boolean => stored.shardId === shardId && stored.record.kind === kind;
    return this.#page(isWanted, cursor, limit, ({ namespaceId, id }) => [namespaceId, id]);
  }

  #page(
    isWanted: (stored: RecordOfShard) => boolean,
    after: PageCursor | undefined,
    limit: number,
    cursorOf: (record: StoredRecord) => PageCursor,
  ): Page<StoredRecord> {
    const [namespaceId, id] = (after ?? []) as [string?, string?];
    const rows = [...this.#records.values()]
      .filter(isWanted)
      .map(({ record }) => record)
      .filter((record) => namespaceId === undefined || compare(record, { namespaceId, id: id ?? '' }) > 0)
      .sort(compare);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { rows: page, cursor: last && cursorOf(last) };
  }
}

type Position = Pick<StoredRecord, 'namespaceId' | 'id'>;

function compare(left: Position, right: Position): number {
  return compareStrings(left.namespaceId, right.namespaceId) || compareStrings(left.id, right.id);
}

/** Length-prefixed, so that no two different keys give the same text whatever characters they hold. */
function recordKey({ namespaceId, kind, id }: RecordKey): string {
  return `${namespaceId.length}:${namespaceId}${kind}:${id}`;
}
