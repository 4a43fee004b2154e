import type { Page, PageCursor, RecordChange, RecordKey, RecordKind, StoredRecord } from '../rows.js';
import type { SqlDatabase, SqlRow } from './driver.js';
import { bytesOf } from './wire/columns.js';
import { readPageEnd, writePageEnd } from './wire/cursor.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';

/** Small records by namespace, kind and id. */
export class RecordsTable {
  readonly #upsert;
  readonly #delete;
  readonly #deleteNamespace;
  readonly #read;
  readonly #list;
  readonly #ofShard;

  constructor(database: SqlDatabase) {
    this.#upsert = database.prepare(`
      INSERT INTO records (namespace_id, kind, id, shard_id, value) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (namespace_id, kind, id) DO UPDATE SET shard_id = ?4, value = ?5`);
    this.#delete = database.prepare('DELETE FROM records WHERE namespace_id = ? AND kind = ? AND id = ?');
    this.#deleteNamespace = database.prepare('DELETE FROM records WHERE namespace_id = ?');
    this.#read = database.prepare('SELECT value FROM records WHERE namespace_id = ? AND kind = ? AND id = ?');
    this.#list = database.prepare(`
      SELECT namespace_id, kind, id, value FROM records WHERE namespace_id = ? AND kind = ? AND id > ?
      ORDER BY id LIMIT ?`);
    this.#ofShard = database.prepare(`
      SELECT namespace_id, kind, id, value FROM records
      WHERE shard_id = ? AND kind = ? AND (namespace_id, id) > (?, ?) ORDER BY namespace_id, id LIMIT ?`);
  }

  /** Takes changes as `writeRecordChanges` wrote them. */
  write(shardId: number, changes: FlatReader): void {
    for (let count = changes.number(); count > 0; count--) {
      const { namespaceId, kind, id } = readRecordKey(changes);
      if (changes.boolean()) this.#upsert.run(namespaceId, kind, id, shardId, changes.blob());
      else this.#delete.run(namespaceId, kind, id);
    }
  }

  deleteNamespace(namespaceId: string): void {
    this.#deleteNamespace.run(namespaceId);
  }

  read({ namespaceId, kind, id }: RecordKey): Uint8Array | undefined {
    const row = this.#read.get(namespaceId, kind, id);
    return row === undefined ? undefined : bytesOf(row.value);
  }

  list(namespaceId: string, kind: string, cursor: PageCursor | undefined, limit: number, reply: FlatWriter): void {
    const [afterId] = (cursor ?? ['']) as [string];
    writePage(reply, this.#list.all(namespaceId, kind, afterId, limit + 1), limit, ({ id }) => [id as string]);
  }

  ofShard(shardId: number, kind: string, cursor: PageCursor | undefined, limit: number, reply: FlatWriter): void {
    const [afterNamespaceId, afterId] = (cursor ?? ['', '']) as [string, string];
    const rows = this.#ofShard.all(shardId, kind, afterNamespaceId, afterId, limit + 1);
    writePage(reply, rows, limit, ({ namespace_id: namespaceId, id }) => [namespaceId as string, id as string]);
  }
}

/** Writes changes into a message. */
export function writeRecordChanges(writer: FlatWriter, changes: readonly RecordChange[]): void {
  writer.put(changes.length);
  for (const { key, value } of changes) {
    writeRecordKey(writer, key);
    writer.put(value !== undefined);
    if (value !== undefined) writer.blob(value);
  }
}

/** Writes the key of a record into a message. */
export function writeRecordKey(writer: FlatWriter, { namespaceId, kind, id }: RecordKey): void {
  writer.put(namespaceId).put(kind).put(id);
}

/** Reads what `writeRecordKey` wrote. */
export function readRecordKey(reader: FlatReader): RecordKey {
  return { namespaceId: reader.string(), kind: reader.string() as RecordKind, id: reader.string() };
}

/** Reads the reply of `list` and `ofShard`. */
export function readRecordPage(reader: FlatReader): Page<StoredRecord> {
  // Copies, because a record kept in memory must not keep the buffer of a whole page of them.
  const rows = Array.from({ length: reader.number() }, () => ({
    ...readRecordKey(reader),
    value: reader.blob().slice(),
  }));
  return { rows, cursor: readPageEnd(reader) };
}

function writePage(
  reply: FlatWriter,
  rows: readonly SqlRow[],
  limit: number,
  cursorOf: (row: SqlRow) => PageCursor,
): void {
  const page = rows.slice(0, limit);
  reply.put(page.length);
  for (const row of page) {
    reply
      .put(row.namespace_id as string)
      .put(row.kind as string)
      .put(row.id as string)
      .blob(bytesOf(row.value));
  }
  const last = rows.length > limit ? page.at(-1) : undefined;
  writePageEnd(reply, last && cursorOf(last));
}
