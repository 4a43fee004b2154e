import type { HeaderField } from './header-table.js';
import { parseRequestHead, type RequestHead } from './request-head.js';

/** The fields of a header block. Requests whose blocks are the same share one. */
export class HeaderList {
  /** What the fields amount to uncompressed: a few bytes of indexes can stand for megabytes. */
  readonly sizeBytes: number;
  private head: RequestHead | undefined;

  constructor(readonly fields: readonly HeaderField[]) {
    let sizeBytes = 0;
    for (const field of fields) sizeBytes += field.sizeBytes;
    this.sizeBytes = sizeBytes;
  }

  /** The fields as the head of a request, checked the first time. @throws StreamError PROTOCOL_ERROR for a malformed one. */
  requestHead(streamId: number): RequestHead {
    return (this.head ??= parseRequestHead(streamId, this.fields));
  }
}
