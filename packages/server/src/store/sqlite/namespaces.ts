import type { NamespaceRow } from '../rows.js';
import type { SqlDatabase, SqlRow } from './driver.js';
import { bytesOf } from './wire/columns.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';

/** Namespaces by id; names are unique too. */
export class NamespacesTable {
  readonly #create;
  readonly #update;
  readonly #delete;
  readonly #byId;
  readonly #byName;
  readonly #list;

  constructor(database: SqlDatabase) {
    this.#create = database.prepare(
      'INSERT INTO namespaces (namespace_id, name, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#update = database.prepare('UPDATE OR IGNORE namespaces SET name = ?2, record = ?3 WHERE namespace_id = ?1');
    this.#delete = database.prepare('DELETE FROM namespaces WHERE namespace_id = ?');
    this.#byId = database.prepare('SELECT namespace_id, name, record FROM namespaces WHERE namespace_id = ?');
    this.#byName = database.prepare('SELECT namespace_id, name, record FROM namespaces WHERE name = ?');
    this.#list = database.prepare('SELECT namespace_id, name, record FROM namespaces ORDER BY name');
  }

  create({ namespaceId, name, record }: NamespaceRow): boolean {
    return Number(this.#create.run(namespaceId, name, record).changes) > 0;
  }

  update({ namespaceId, name, record }: NamespaceRow): boolean {
    return Number(this.#update.run(namespaceId, name, record).changes) > 0;
  }

  delete(namespaceId: string): boolean {
    return Number(this.#delete.run(namespaceId).changes) > 0;
  }

  byId(namespaceId: string): NamespaceRow | undefined {
    return namespaceOf(this.#byId.get(namespaceId));
  }

  byName(name: string): NamespaceRow | undefined {
    return namespaceOf(this.#byName.get(name));
  }

  list(): NamespaceRow[] {
    return this.#list.all().flatMap((row) => namespaceOf(row) ?? []);
  }
}

/** Writes namespaces into a message. */
export function writeNamespaces(writer: FlatWriter, rows: readonly NamespaceRow[]): void {
  writer.put(rows.length);
  for (const { namespaceId, name, record } of rows) writer.put(namespaceId).put(name).blob(record);
}

/** Reads what `writeNamespaces` wrote. */
export function readNamespaces(reader: FlatReader): NamespaceRow[] {
  return Array.from({ length: reader.number() }, () => ({
    namespaceId: reader.string(),
    name: reader.string(),
    record: reader.blob(),
  }));
}

function namespaceOf(row: SqlRow | undefined): NamespaceRow | undefined {
  if (row === undefined) return undefined;
  return { namespaceId: row.namespace_id as string, name: row.name as string, record: bytesOf(row.record) };
}
