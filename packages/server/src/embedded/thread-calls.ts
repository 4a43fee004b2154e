import {
  CallerFrameDecoder,
  ServerFrameEncoder,
  type CallerFrameSink,
  type CallFrame,
} from '@perdure/protocol/call-stream';
import { InFlightMap } from '@perdure/protocol/in-flight';
import type { InProcessTransport, ServiceError } from '../api/index.js';
import { BatchSender } from './batch-sender.js';
import { Turns } from './turns.js';

/** See `ANSWERS_PER_TURN` of the caller. */
const CALLS_PER_TURN = 16;

const NO_DETAILS = new Uint8Array();

/** The server's end of the calls between two threads. */
export class ThreadCalls implements CallerFrameSink {
  private readonly decoder = new CallerFrameDecoder();
  private readonly sender: BatchSender;
  private readonly encoder: ServerFrameEncoder;
  /** Calls to begin, and numbers of calls to cancel: neither overtakes the other. */
  private readonly frames = new Turns<CallFrame | number>(CALLS_PER_TURN, (frame) => {
    if (typeof frame === 'number') this.cancel(frame);
    else this.begin(frame);
  });
  private readonly cancels = new InFlightMap<number, () => void>();

  constructor(
    private readonly server: InProcessTransport,
    send: (batch: Uint8Array<ArrayBuffer>) => void,
  ) {
    this.sender = new BatchSender(send);
    this.encoder = new ServerFrameEncoder(this.sender.writer);
  }

  /** Takes a batch of calls. */
  receive(batch: Uint8Array): void {
    this.decoder.read(batch, this);
  }

  /** Sends the answers there are. */
  flush(): void {
    this.sender.flush();
  }

  onHello(): void {
    // Both ends are of one version.
  }

  onCall(call: CallFrame): void {
    this.frames.add(call);
  }

  private begin({ callId, path, metadata, timeoutMs, body }: CallFrame): void {
    const options = timeoutMs === undefined ? { metadata } : { metadata, timeoutMs };
    const cancel = this.server.begin(path, body, options, (error, response) => {
      // Nobody waits for the answer to a call that was cancelled.
      if (!this.cancels.delete(callId)) return;
      if (error === undefined) this.encoder.answer(callId, [response]);
      else this.fail(callId, error);
      this.sender.schedule();
    });
    this.cancels.set(callId, cancel);
  }

  onCancel(callId: number): void {
    this.frames.add(callId);
  }

  private cancel(callId: number): void {
    this.cancels.take(callId)?.();
  }

  private fail(callId: number, error: ServiceError): void {
    const { grpcStatus: code, message, statusDetails = NO_DETAILS } = error;
    this.encoder.error(callId, { code, message, statusDetails });
  }
}
