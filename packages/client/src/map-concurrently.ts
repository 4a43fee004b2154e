/** How an iterable is mapped. */
export interface MapOptions {
  /** How many items are being mapped at a time; 1 by default. With more, results come in the order they are ready. */
  readonly concurrency?: number;
  /** How many results may wait to be taken, with more than one at a time; no limit by default. */
  readonly bufferLimit?: number;
}

/** The mapped items of an iterable. Stops reading from it once nobody takes results any more, or one fails. */
export async function* mapConcurrently<A, B>(
  source: AsyncIterable<A>,
  map: (item: A) => Promise<B>,
  { concurrency = 1, bufferLimit }: MapOptions = {},
): AsyncGenerator<B, void> {
  if (concurrency < 2) {
    for await (const item of source) yield await map(item);
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  const ready: B[] = [];
  let running = 0;
  let isExhausted = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;
  const limit = concurrency + (bufferLimit ?? Infinity);

  // One chain of reads: an iterator need not bear being asked twice at once.
  let reading: Promise<IteratorResult<A>> = Promise.resolve({ done: false, value: undefined as A });
  const start = async (): Promise<void> => {
    running++;
    try {
      reading = reading.then(() => (isExhausted ? { done: true, value: undefined } : iterator.next()));
      const next = await reading;
      if (next.done === true) isExhausted = true;
      else ready.push(await map(next.value));
    } catch (error) {
      failure ??= { error };
    } finally {
      running--;
      wake();
    }
  };

  try {
    for (;;) {
      while (!isExhausted && failure === undefined && running < concurrency && running + ready.length < limit) {
        void start();
      }
      if (ready.length > 0) {
        yield ready.shift() as B;
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (isExhausted && running === 0) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    isExhausted = true;
    await iterator.return?.();
  }
}
