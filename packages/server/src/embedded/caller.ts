import {
  CallerFrameEncoder,
  readServerFrames,
  type CallError,
  type CallMetadata,
  type ServerFrameSink,
} from '@perdure/protocol/call-stream';
import { InFlightMap } from '@perdure/protocol/in-flight';
import { STATUS } from '../api/index.js';
import { BatchSender } from './batch-sender.js';
import { Turns } from './turns.js';

const NO_METADATA: CallMetadata = {};
const NO_BYTES = new Uint8Array();

/** By measuring: with all at once the two threads take turns in working, with four the turns themselves cost too much. */
const ANSWERS_PER_TURN = 16;

interface Answer {
  readonly callId: number;
  readonly body: Uint8Array;
}

/** What a call of an `EmbeddedServer` fails with. */
export class EmbeddedCallError extends Error {
  override readonly name = 'EmbeddedCallError';

  constructor(
    /** The number of a gRPC status. */
    readonly grpcStatus: number,
    message: string,
    /** An encoded `google.rpc.Status`, where the error has more to say than its message. */
    readonly statusDetails?: Uint8Array,
  ) {
    super(message);
  }
}

/** Hears the outcome of a call, once: an error, or the encoded response. */
export type SettleEmbeddedCall = (error: EmbeddedCallError | undefined, response: Uint8Array) => void;

/** The caller's end of the calls between two threads. */
export class ThreadCaller implements ServerFrameSink {
  private readonly sender: BatchSender;
  private readonly encoder: CallerFrameEncoder;
  private readonly waiting = new InFlightMap<number, SettleEmbeddedCall>();
  private readonly answers = new Turns<Answer>(ANSWERS_PER_TURN, ({ callId, body }) =>
    this.settle(callId, undefined, body),
  );
  private nextCallId = 1;
  private closedBecause: string | undefined;

  constructor(send: (batch: Uint8Array<ArrayBuffer>) => void) {
    this.sender = new BatchSender(send);
    this.encoder = new CallerFrameEncoder(this.sender.writer);
  }

  /** See `EmbeddedServer.begin`. */
  begin(
    path: string,
    request: Uint8Array,
    metadata: CallMetadata | undefined,
    timeoutMs: number | undefined,
    settle: SettleEmbeddedCall,
  ): () => void {
    const callId = this.nextCallId++;
    this.waiting.set(callId, settle);
    if (this.closedBecause === undefined) {
      this.encoder.call({ callId, path, metadata: metadata ?? NO_METADATA, timeoutMs, body: request });
      this.sender.schedule();
    } else {
      const message = this.closedBecause;
      queueMicrotask(() => this.settle(callId, new EmbeddedCallError(STATUS.UNAVAILABLE.grpc, message)));
    }
    return () => {
      if (!this.waiting.has(callId)) return;
      if (this.closedBecause === undefined) {
        this.encoder.cancel(callId);
        this.sender.schedule();
      }
      this.settle(callId, new EmbeddedCallError(STATUS.CANCELLED.grpc, `the caller cancelled ${path}`));
    };
  }

  /** Takes a batch of answers. */
  receive(batch: Uint8Array): void {
    readServerFrames(batch, this);
  }

  /** Sends the calls there are. */
  flush(): void {
    this.sender.flush();
  }

  /** Nothing more is answered: what waits, and what comes, fails with UNAVAILABLE. */
  close(reason: string): void {
    this.closedBecause ??= reason;
    const error = new EmbeddedCallError(STATUS.UNAVAILABLE.grpc, this.closedBecause);
    for (const callId of [...this.waiting.keys()]) this.settle(callId, error);
  }

  onHello(): void {
    // Both ends are of one version.
  }

  onAnswer(callId: number, body: Uint8Array): void {
    this.answers.add({ callId, body });
  }

  onError(callId: number, { code, message, statusDetails }: CallError): void {
    const details = statusDetails.length > 0 ? statusDetails : undefined;
    this.settle(callId, new EmbeddedCallError(code, message, details));
  }

  onDrain(): void {
    // A server that stops says so with its end.
  }

  private settle(callId: number, error: EmbeddedCallError | undefined, response: Uint8Array = NO_BYTES): void {
    // One that was given up may still be answered.
    this.waiting.take(callId)?.(error, response);
  }
}
