import { compareStrings } from '@perdure/engine/visibility';
import type { NamespaceRow } from '../rows.js';

/** Namespaces by id; names are unique too. */
export class NamespacesTable {
  readonly #rows: Map<string, NamespaceRow>;

  constructor(rows: Iterable<readonly [string, NamespaceRow]> = []) {
    this.#rows = new Map(rows);
  }

  clone(): NamespacesTable {
    return new NamespacesTable(this.#rows);
  }

  create(row: NamespaceRow): boolean {
    if (this.#rows.has(row.namespaceId) || this.byName(row.name) !== undefined) return false;
    this.#rows.set(row.namespaceId, { ...row, record: row.record.slice() });
    return true;
  }

  update(row: NamespaceRow): boolean {
    const named = this.byName(row.name);
    if (!this.#rows.has(row.namespaceId) || (named !== undefined && named.namespaceId !== row.namespaceId))
      return false;
    this.#rows.set(row.namespaceId, { ...row, record: row.record.slice() });
    return true;
  }

  delete(namespaceId: string): boolean {
    return this.#rows.delete(namespaceId);
  }

  byId(namespaceId: string): NamespaceRow | undefined {
    return this.#rows.get(namespaceId);
  }

  byName(name: string): NamespaceRow | undefined {
    for (const row of this.#rows.values()) if (row.name === name) return row;
    return undefined;
  }

  list(): NamespaceRow[] {
    return [...this.#rows.values()].sort((left, right) => compareStrings(left.name, right.name));
  }
}
