/**
 * Hands on what comes many at once, a few in each turn of the event loop. What follows from the first is to be on its way before the last is
 * looked at, or the two threads would take turns in working.
 */
export class Turns<Item> {
  private readonly items: Item[] = [];
  private isUnderWay = false;
  private readonly next = (): void => {
    this.isUnderWay = this.items.length > 0;
    if (this.isUnderWay) this.handOn();
  };

  constructor(
    private readonly perTurn: number,
    private readonly take: (item: Item) => void,
  ) {}

  /** Hands it on now, or when its turn comes. */
  add(item: Item): void {
    this.items.push(item);
    if (this.isUnderWay) return;
    this.isUnderWay = true;
    // The rest of a batch comes before this.
    queueMicrotask(() => this.handOn());
  }

  private handOn(): void {
    for (const item of this.items.splice(0, this.perTurn)) this.take(item);
    setImmediate(this.next);
  }
}
