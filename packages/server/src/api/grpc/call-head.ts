import type { RequestHead } from '../http2/index.js';
import { Metadata } from '../metadata.js';
import type { MethodEntry, MethodTable } from '../method-table.js';
import { ServiceError } from '../service-error.js';
import { isKnownEncoding } from './compression.js';
import { RepeatedMessages } from './repeated-messages.js';
import { readGrpcHeaders } from './request-headers.js';

/** What the head of a request says of its call, worked out once for all calls that share the head. */
export class CallHead {
  /** What compressed requests of this head hold. */
  readonly repeated = new RepeatedMessages();

  private constructor(
    readonly entry: MethodEntry,
    readonly metadata: Metadata,
    readonly timeoutMs: number | undefined,
    readonly encoding: string,
  ) {}

  /** The call that a head asks for. @throws ServiceError when there is no such method, or the head is not understood. */
  static of(head: RequestHead, methods: MethodTable): CallHead {
    if (head.attachment === undefined) head.attachment = CallHead.read(head, methods);
    return head.attachment as CallHead;
  }

  private static read(head: RequestHead, methods: MethodTable): CallHead {
    const entry = methods.get(head.path);
    if (entry === undefined) throw methods.unimplemented(head.path);
    const { timeoutMs, encoding } = readGrpcHeaders(head);
    if (!isKnownEncoding(encoding)) {
      const message = `grpc-encoding ${JSON.stringify(encoding)} is not one of those this server reads`;
      throw new ServiceError('UNIMPLEMENTED', message);
    }
    return new CallHead(entry, new Metadata(head.fields, head.firstRegular), timeoutMs, encoding);
  }
}
