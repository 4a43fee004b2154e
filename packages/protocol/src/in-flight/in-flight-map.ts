/** Where an entry's value is: whoever removes the entry empties it. A class, since V8 may give object literals their place in old memory. */
class Cell<Value> {
  constructor(public value: Value | undefined) {}
}

/**
 * A map for what comes and goes quickly, such as calls under way: what is removed from it can be collected while it is young.
 *
 * A plain `Map` keeps it alive. When it makes room, V8 lets its former table point to the new one, and leaves in it what was there. Once one
 * such table is old, all tables after it survive every collection of young memory with all they held, until a full collection: with 256
 * entries that come and go that was nearly everything. Here the tables hold cells, and cells of removed entries are empty.
 */
export class InFlightMap<Key, Value extends object> {
  private readonly cells = new Map<Key, Cell<Value>>();

  get size(): number {
    return this.cells.size;
  }

  get(key: Key): Value | undefined {
    return this.cells.get(key)?.value;
  }

  has(key: Key): boolean {
    return this.cells.has(key);
  }

  /** A key that is new comes last in the order; one that is known keeps its place. */
  set(key: Key, value: Value): this {
    const cell = this.cells.get(key);
    if (cell === undefined) this.cells.set(key, new Cell(value));
    else cell.value = value;
    return this;
  }

  /** Removes the entry of the key; gives its value. */
  take(key: Key): Value | undefined {
    const cell = this.cells.get(key);
    if (cell === undefined) return undefined;
    const { value } = cell;
    cell.value = undefined;
    this.cells.delete(key);
    return value;
  }

  delete(key: Key): boolean {
    return this.take(key) !== undefined;
  }

  /** Puts the entry of the key last in the order; gives its value. */
  moveToEnd(key: Key): Value | undefined {
    const cell = this.cells.get(key);
    if (cell === undefined) return undefined;
    this.cells.delete(key);
    this.cells.set(key, cell);
    return cell.value;
  }

  clear(): void {
    for (const cell of this.cells.values()) cell.value = undefined;
    this.cells.clear();
  }

  keys(): Iterable<Key> {
    return this.cells.keys();
  }

  /** In order. Entries may be removed meanwhile; those that are not there any more are left out. */
  *values(): Iterable<Value> {
    for (const { value } of this.cells.values()) if (value !== undefined) yield value;
  }
}
