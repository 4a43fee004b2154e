import type { SearchAttributeType, SearchAttributeTypes } from '@perdure/engine/visibility';

/** Registered search attributes by namespace and name. */
export class SearchAttributesTable {
  readonly #namespaces: Map<string, ReadonlyMap<string, SearchAttributeType>>;

  constructor(namespaces: Iterable<readonly [string, ReadonlyMap<string, SearchAttributeType>]> = []) {
    this.#namespaces = new Map([...namespaces].map(([id, types]) => [id, new Map(types)]));
  }

  clone(): SearchAttributesTable {
    return new SearchAttributesTable(this.#namespaces);
  }

  add(namespaceId: string, types: SearchAttributeTypes): string | undefined {
    const registered = new Map(this.#namespaces.get(namespaceId));
    for (const [name, type] of Object.entries(types)) {
      if ((registered.get(name) ?? type) !== type) return name;
      registered.set(name, type);
    }
    this.#namespaces.set(namespaceId, registered);
    return undefined;
  }

  remove(namespaceId: string, names: readonly string[]): void {
    const registered = new Map(this.#namespaces.get(namespaceId));
    for (const name of names) registered.delete(name);
    this.#namespaces.set(namespaceId, registered);
  }

  list(namespaceId: string): SearchAttributeTypes {
    return Object.fromEntries(this.#namespaces.get(namespaceId) ?? []);
  }
}
