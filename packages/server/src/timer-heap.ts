/** An entry of the heap; smaller `dueMs` first. */
export interface HeapEntry<Item> {
  readonly dueMs: number;
  readonly item: Item;
}

/** A binary min-heap by due time. Entries are never removed but popped: an outdated one is recognised by its owner. */
export class TimerHeap<Item> {
  private readonly entries: HeapEntry<Item>[] = [];

  get size(): number {
    return this.entries.length;
  }

  peek(): HeapEntry<Item> | undefined {
    return this.entries[0];
  }

  push(dueMs: number, item: Item): void {
    const entry = { dueMs, item };
    let index = this.entries.push(entry) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.entries[parentIndex];
      if (parent === undefined || parent.dueMs <= dueMs) break;
      this.entries[index] = parent;
      index = parentIndex;
    }
    this.entries[index] = entry;
  }

  pop(): HeapEntry<Item> | undefined {
    const top = this.entries[0];
    const last = this.entries.pop();
    if (top === undefined || last === undefined || this.entries.length === 0) return top;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const left = this.entries[childIndex];
      if (left === undefined) break;
      const right = this.entries[childIndex + 1];
      if (right !== undefined && right.dueMs < left.dueMs) childIndex += 1;
      const child = this.entries[childIndex];
      if (child === undefined || child.dueMs >= last.dueMs) break;
      this.entries[index] = child;
      index = childIndex;
    }
    this.entries[index] = last;
    return top;
  }
}
