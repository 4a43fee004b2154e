import { collectHistory, truncateChunk } from '../framing/history-entries.js';
import type { HistoryChunk } from '../framing/history-entries.js';
import type { HistoryAppend, HistoryPage, HistoryRange, HistoryTruncation, RunKey } from '../rows.js';
import { runKey } from './keys.js';

/** History chunks by run, in order of event id. */
export class HistoryTable {
  readonly #chunks: Map<string, readonly HistoryChunk[]>;

  constructor(chunks: Iterable<readonly [string, readonly HistoryChunk[]]> = []) {
    this.#chunks = new Map([...chunks].map(([key, list]) => [key, [...list]]));
  }

  clone(): HistoryTable {
    return new HistoryTable(this.#chunks);
  }

  append(append: HistoryAppend): void {
    const key = runKey(append);
    const { firstEventId, lastEventId } = append;
    const chunks = (this.#chunks.get(key) ?? []) as HistoryChunk[];
    chunks.push({ firstEventId, lastEventId, bytes: append.bytes.slice() });
    this.#chunks.set(key, chunks);
  }

  truncate(truncation: HistoryTruncation): void {
    const chunks = this.#chunks.get(runKey(truncation)) ?? [];
    const kept = chunks.map((chunk) => truncateChunk(chunk, truncation.afterEventId));
    this.#chunks.set(
      runKey(truncation),
      kept.filter((chunk) => chunk !== undefined),
    );
  }

  delete(run: RunKey): void {
    this.#chunks.delete(runKey(run));
  }

  /** Whether a stretch starting at the same event is stored. */
  hasStart({ firstEventId, ...run }: HistoryAppend): boolean {
    return (this.#chunks.get(runKey(run)) ?? []).some((chunk) => chunk.firstEventId === firstEventId);
  }

  /** Runs whose events do not follow each other from the first on. */
  problems(): string[] {
    return [...this.#chunks].flatMap(([key, chunks]) => {
      const broken = chunks.find((chunk, index) => chunk.firstEventId !== (chunks[index - 1]?.lastEventId ?? 0) + 1);
      return broken === undefined ? [] : [`history ${key}: a gap or overlap before event ${broken.firstEventId}`];
    });
  }

  read(run: RunKey, range: HistoryRange): HistoryPage {
    const chunks = this.#chunks.get(runKey(run)) ?? [];
    return collectHistory(range.reverse === true ? [...chunks].reverse() : chunks, range);
  }
}
