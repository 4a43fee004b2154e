import type { RecordChange } from '../store/index.js';

interface Group {
  readonly changes: RecordChange[];
  readonly written: Promise<void>;
}

/** Groups the writes of a shard's records: while one write is on its way to the disk, the next one gathers. */
export class RecordWriter {
  private gathering: Group | undefined;
  private lastWrite: Promise<void> = Promise.resolve();

  /** `store` writes changes, all or none, and resolves when they are durable. */
  constructor(private readonly store: (changes: readonly RecordChange[]) => Promise<void>) {}

  /** Resolves when the changes are durable. Writes take effect in the order they were asked for. */
  write(changes: readonly RecordChange[]): Promise<void> {
    const group = (this.gathering ??= this.begin());
    group.changes.push(...changes);
    return group.written;
  }

  private begin(): Group {
    const changes: RecordChange[] = [];
    const written = this.lastWrite.then(() => {
      this.gathering = undefined;
      return this.store(changes);
    });
    // A group whose predecessor failed is still sent: its own answer says what became of it.
    this.lastWrite = written.catch(() => undefined);
    return { changes, written };
  }
}
