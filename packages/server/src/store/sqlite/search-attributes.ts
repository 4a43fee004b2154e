import type { SearchAttributeType, SearchAttributeTypes } from '@perdure/engine/visibility';
import type { SqlDatabase } from './driver.js';
import type { FlatReader, FlatWriter } from './wire/flat.js';

/** Registered search attributes by namespace and name. */
export class SearchAttributesTable {
  readonly #insert;
  readonly #remove;
  readonly #list;

  constructor(database: SqlDatabase) {
    this.#insert = database.prepare(
      'INSERT INTO search_attributes (namespace_id, name, type) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#remove = database.prepare('DELETE FROM search_attributes WHERE namespace_id = ? AND name = ?');
    this.#list = database.prepare('SELECT name, type FROM search_attributes WHERE namespace_id = ? ORDER BY name');
  }

  add(namespaceId: string, types: SearchAttributeTypes): string | undefined {
    const registered = this.list(namespaceId);
    for (const [name, type] of Object.entries(types)) {
      if (Object.hasOwn(registered, name) && registered[name] !== type) return name;
    }
    for (const [name, type] of Object.entries(types)) this.#insert.run(namespaceId, name, type);
    return undefined;
  }

  remove(namespaceId: string, names: readonly string[]): void {
    for (const name of names) this.#remove.run(namespaceId, name);
  }

  list(namespaceId: string): SearchAttributeTypes {
    return Object.fromEntries(
      this.#list.all(namespaceId).map(({ name, type }) => [name as string, type as SearchAttributeType]),
    );
  }
}

/** Writes registered types into a message. */
export function writeSearchAttributeTypes(writer: FlatWriter, types: SearchAttributeTypes): void {
  const entries = Object.entries(types);
  writer.put(entries.length);
  for (const [name, type] of entries) writer.put(name).put(type);
}

/** Reads what `writeSearchAttributeTypes` wrote. */
export function readSearchAttributeTypes(reader: FlatReader): SearchAttributeTypes {
  const entries = Array.from(
    { length: reader.number() },
    () => [reader.string(), reader.string() as SearchAttributeType] as const,
  );
  return Object.fromEntries(entries);
}
