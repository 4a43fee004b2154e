import { BATCH_BYTES, FrameWriter } from '@perdure/protocol/call-stream';

/** Bytes before the frames of a batch that say how long it is: a message of a port needs none. */
const PREFIX_BYTES = 5;

/** Gathers frames, and sends those of one turn of the event loop together. */
export class BatchSender {
  readonly writer = new FrameWriter();
  private isScheduled = false;
  private readonly flushLater = (): void => {
    this.isScheduled = false;
    this.flush();
  };

  /** `send` may keep the batch, and give its memory away. */
  constructor(private readonly send: (batch: Uint8Array<ArrayBuffer>) => void) {}

  /** Frames were written. */
  schedule(): void {
    if (this.writer.length >= BATCH_BYTES) this.flush();
    else if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(this.flushLater);
    }
  }

  /** Sends what there is. */
  flush(): void {
    if (this.writer.isEmpty) return;
    const batch = new Uint8Array(this.writer.length);
    let offset = -PREFIX_BYTES;
    for (const chunk of this.writer.take()) {
      // The prefix is all in the first chunk.
      batch.set(offset < 0 ? chunk.subarray(PREFIX_BYTES) : chunk, Math.max(0, offset));
      offset += chunk.length;
    }
    this.send(batch);
  }
}
