const NOTHING: readonly never[] = [];

/**
 * A map that takes no memory before something is put into it. An empty `Map` takes 200 bytes and as long to make as a workflow takes for a
 * command; of the two dozen that a run has a use for, most stay empty.
 */
export class LazyMap<Key, Value> {
  private map: Map<Key, Value> | undefined;

  get size(): number {
    return this.map?.size ?? 0;
  }

  get(key: Key): Value | undefined {
    return this.map?.get(key);
  }

  has(key: Key): boolean {
    return this.map?.has(key) === true;
  }

  set(key: Key, value: Value): this {
    (this.map ??= new Map<Key, Value>()).set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    return this.map?.delete(key) === true;
  }

  clear(): void {
    this.map = undefined;
  }

  keys(): Iterable<Key> {
    return this.map?.keys() ?? NOTHING;
  }

  values(): Iterable<Value> {
    return this.map?.values() ?? NOTHING;
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return (this.map ?? (NOTHING as Iterable<[Key, Value]>))[Symbol.iterator]();
  }
}

/** A set that takes no memory before something is put into it. See `LazyMap`. */
export class LazySet<Item> {
  private set: Set<Item> | undefined;

  get size(): number {
    return this.set?.size ?? 0;
  }

  has(item: Item): boolean {
    return this.set?.has(item) === true;
  }

  add(item: Item): this {
    (this.set ??= new Set<Item>()).add(item);
    return this;
  }

  delete(item: Item): boolean {
    return this.set?.delete(item) === true;
  }

  clear(): void {
    this.set = undefined;
  }

  [Symbol.iterator](): Iterator<Item> {
    return (this.set ?? (NOTHING as Iterable<Item>))[Symbol.iterator]();
  }
}
