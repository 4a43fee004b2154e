/** An item's place in an `InFlightSet`. */
export class InFlightEntry<Item> {
  private previous: InFlightEntry<Item> | undefined;
  private next: InFlightEntry<Item> | undefined;

  constructor(
    private set: InFlightSet<Item> | undefined,
    private item: Item | undefined,
  ) {}

  /** Whether the item is still in the set. */
  get isThere(): boolean {
    return this.set !== undefined;
  }

  /** Takes the item out of the set; false if it is out already. */
  remove(): boolean {
    const { set, previous, next } = this;
    if (set === undefined) return false;
    if (previous === undefined) set['first'] = next;
    else previous.next = next;
    if (next === undefined) set['last'] = previous;
    else next.previous = previous;
    set['count'] -= 1;
    // What is left of it when it is old must not keep alive what is young.
    this.set = this.item = this.previous = this.next = undefined;
    return true;
  }
}

/**
 * Items that come and go quickly, in the order that they came, such as polls that wait: what is removed can be collected while it is
 * young, which a `Set` prevents (see `InFlightMap`). Each is removed through its entry.
 */
export class InFlightSet<Item> {
  private first: InFlightEntry<Item> | undefined;
  private last: InFlightEntry<Item> | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(item: Item): InFlightEntry<Item> {
    const entry = new InFlightEntry<Item>(this, item);
    const { last } = this;
    if (last === undefined) this.first = entry;
    else {
      entry['previous'] = last;
      last['next'] = entry;
    }
    this.last = entry;
    this.count += 1;
    return entry;
  }

  /** Puts an item before all others. */
  addFirst(item: Item): InFlightEntry<Item> {
    const { first } = this;
    if (first === undefined) return this.add(item);
    const entry = new InFlightEntry<Item>(this, item);
    entry['next'] = first;
    first['previous'] = entry;
    this.first = entry;
    this.count += 1;
    return entry;
  }

  /** The item that is first. */
  peek(): Item | undefined {
    return this.first?.['item'];
  }

  /** All that are there now. */
  toArray(): Item[] {
    const items: Item[] = [];
    for (let entry = this.first; entry !== undefined; entry = entry['next']) items.push(entry['item'] as Item);
    return items;
  }
}
