/**
 * A growing set of request ids that can be shared by many states: adding gives a new set and leaves the old one as it
 * was. Kept in layers of growing size, so that adding one of n ids copies log n others on average, not n.
 */
export class RequestIds implements Iterable<string> {
  static readonly EMPTY = new RequestIds([]);

  private constructor(private readonly layers: readonly ReadonlySet<string>[]) {}

  /** The set of these ids. */
  static of(ids: readonly string[]): RequestIds {
    return ids.length === 0 ? RequestIds.EMPTY : new RequestIds([new Set(ids)]);
  }

  has(requestId: string): boolean {
    return this.layers.some((layer) => layer.has(requestId));
  }

  /** This set and one more id. */
  with(requestId: string): RequestIds {
    if (this.has(requestId)) return this;
    const layers = [...this.layers];
    let top = new Set([requestId]);
    for (let below = layers.at(-1); below !== undefined && below.size <= top.size; below = layers.at(-1)) {
      layers.pop();
      top = new Set([...below, ...top]);
    }
    return new RequestIds([...layers, top]);
  }

  *[Symbol.iterator](): Iterator<string> {
    for (const layer of this.layers) yield* layer;
  }
}
