/** A page of a list, and what the next one is asked for with. */
interface Page {
  readonly nextPageToken: Uint8Array;
}

/**
 * What is on all pages of a list. The next page is asked for when the one before is done with, and every iteration
 * begins with the first.
 */
export function listed<P extends Page, Entry, T>(
  fetchPage: (nextPageToken: Uint8Array | undefined) => Promise<P>,
  entriesOf: (page: P) => readonly Entry[],
  decode: (entry: Entry) => T | Promise<T>,
): AsyncIterable<T> {
  return {
    async *[Symbol.asyncIterator]() {
      let nextPageToken: Uint8Array | undefined;
      do {
        const page = await fetchPage(nextPageToken);
        for (const entry of entriesOf(page)) yield await decode(entry);
        nextPageToken = page.nextPageToken;
      } while (nextPageToken.length > 0);
    },
  };
}
