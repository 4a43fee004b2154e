/** A promise that somebody else settles. Await it, and call `resolve` or `reject` from a handler. */
export class Trigger<T> implements PromiseLike<T> {
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason?: unknown) => void;
  protected readonly promise: Promise<T>;

  constructor() {
    let settle: [(value: T | PromiseLike<T>) => void, (reason?: unknown) => void] | undefined;
    this.promise = new Promise<T>((resolve, reject) => {
      settle = [resolve, reject];
    });
    [this.resolve, this.reject] = settle as NonNullable<typeof settle>;
    // Nobody may be waiting: a rejection counts only for whoever is.
    this.promise.catch(() => undefined);
  }

  then<TResult1 = T, TResult2 = never>(
    onfulfilled?: ((value: T) => TResult1 | PromiseLike<TResult1>) | undefined | null,
    onrejected?: ((reason: unknown) => TResult2 | PromiseLike<TResult2>) | undefined | null,
  ): PromiseLike<TResult1 | TResult2> {
    return this.promise.then(onfulfilled, onrejected);
  }
}
