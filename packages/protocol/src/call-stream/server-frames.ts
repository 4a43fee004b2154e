import { CALL_STREAM_VERSION, FrameKind } from './constants.js';
import { CallStreamError } from './errors.js';
import { FrameReader } from './frame-reader.js';
import type { FrameWriter } from './frame-writer.js';

/** What a server allows on a stream. */
export interface StreamTerms {
  readonly version: number;
  /** Calls under way at once; more are answered RESOURCE_EXHAUSTED. */
  readonly maxConcurrentCalls: number;
  /** The size of a request; a larger one ends the stream. */
  readonly maxRequestBytes: number;
}

/** An answer other than OK. */
export interface CallError {
  /** A gRPC status number other than 0. */
  readonly code: number;
  readonly message: string;
  /** An encoded `google.rpc.Status`; empty if there is none. */
  readonly statusDetails: Uint8Array;
}

/** Hears the frames of a server. */
export interface ServerFrameSink {
  onHello(terms: StreamTerms): void;
  onAnswer(callId: number, body: Uint8Array): void;
  onError(callId: number, error: CallError): void;
  /** The server takes no more calls on this stream; those under way are still answered. */
  onDrain(): void;
}

/** Writes the frames of a server. */
export class ServerFrameEncoder {
  constructor(private readonly writer: FrameWriter) {}

  hello({ maxConcurrentCalls, maxRequestBytes }: Omit<StreamTerms, 'version'>): void {
    this.writer.byte(FrameKind.hello);
    this.writer.varint(CALL_STREAM_VERSION);
    this.writer.varint(maxConcurrentCalls);
    this.writer.varint(maxRequestBytes);
  }

  /** An answer in pieces, which must not change until the batch is sent. */
  answer(callId: number, body: readonly Uint8Array[]): void {
    this.writer.byte(FrameKind.answer);
    this.writer.varint(callId);
    this.writer.blockOf(body);
  }

  error(callId: number, { code, message, statusDetails }: CallError): void {
    this.writer.byte(FrameKind.error);
    this.writer.varint(callId);
    this.writer.varint(code);
    this.writer.text(message);
    this.writer.block(statusDetails);
  }

  drain(): void {
    this.writer.byte(FrameKind.drain);
  }
}

/** Hands every frame of a server's batch to the sink. @throws CallStreamError for what is not a batch of frames */
export function readServerFrames(batch: Uint8Array, sink: ServerFrameSink): void {
  const reader = new FrameReader(batch);
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    if (kind === FrameKind.answer) {
      sink.onAnswer(reader.varint(), reader.block());
    } else if (kind === FrameKind.error) {
      const callId = reader.varint();
      sink.onError(callId, { code: reader.varint(), message: reader.text(), statusDetails: reader.block() });
    } else if (kind === FrameKind.hello) {
      sink.onHello({
        version: reader.varint(),
        maxConcurrentCalls: reader.varint(),
        maxRequestBytes: reader.varint(),
      });
    } else if (kind === FrameKind.drain) {
      sink.onDrain();
    } else {
      throw new CallStreamError(`a server sent a frame of kind ${kind}`);
    }
  }
}
