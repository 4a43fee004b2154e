/** How many streams we remember having reset; frames the peer sent before it knew are ignored for those. */
const MAX_REMEMBERED = 1024;

/** The streams we closed before the peer had finished them. */
export class RecentlyReset {
  private readonly streamIds = new Set<number>();

  /** Remembers a stream, forgetting the oldest. */
  add(streamId: number): void {
    this.streamIds.add(streamId);
    if (this.streamIds.size <= MAX_REMEMBERED) return;
    const [oldest] = this.streamIds;
    if (oldest !== undefined) this.streamIds.delete(oldest);
  }

  /** Whether late frames on this stream are to be expected. */
  has(streamId: number): boolean {
    return this.streamIds.has(streamId);
  }
}
