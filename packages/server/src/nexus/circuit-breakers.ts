import type { Clock } from '../clock.js';
import { CircuitBreaker, type BreakerSettings, type Passage, type Passed } from './circuit-breaker.js';

/** Who is asked, by whom, and for what: one that does not answer holds up nobody else. */
export interface Destination {
  readonly kind: 'start' | 'cancel' | 'callback';
  /** Of the run that asks. */
  readonly namespaceId: string;
  /** Of an endpoint; for a callback scheme and host of its URL. */
  readonly name: string;
}

/** Destinations that have failed a few times are forgotten when there are more. */
const MOST_REMEMBERED = 10_000;

/** The circuit breakers of all destinations; those of destinations that do well are not kept. */
export class CircuitBreakers {
  private readonly breakers = new Map<string, CircuitBreaker>();
  private isStopped = false;
  private held = 0;

  constructor(
    private readonly clock: Clock,
    private readonly settings: BreakerSettings,
  ) {}

  /** Requests to this destination are held back, or one of them is trying whether it is up again. */
  isOpen(destination: Destination): boolean {
    return this.breakers.get(keyOf(destination))?.isClosed === false;
  }

  /** Breakers that are open now, and requests that have been held back so far. */
  totals(): { readonly open: number; readonly held: number } {
    let open = 0;
    for (const breaker of this.breakers.values()) if (!breaker.isClosed) open += 1;
    return { open, held: this.held };
  }

  /** Makes a request when its destination may be asked; not at all once stopped. `request` is told whether it was held back. */
  async pass(destination: Destination, request: (hasWaited: boolean) => Promise<Passed>): Promise<void> {
    const key = keyOf(destination);
    const passage = await this.enter(key);
    if (passage === undefined) return;
    let passed: Passed = 'unused';
    try {
      passed = await request(passage.hasWaited);
    } finally {
      passage.ended(passed);
      if (this.breakers.get(key)?.isIdle === true) this.breakers.delete(key);
    }
  }

  /** Requests that are held back are never made. */
  stop(): void {
    this.isStopped = true;
    for (const breaker of this.breakers.values()) breaker.stop();
    this.breakers.clear();
  }

  private async enter(key: string): Promise<Passage | undefined> {
    if (this.isStopped) return undefined;
    let breaker = this.breakers.get(key);
    if (breaker === undefined) {
      this.makeRoom();
      breaker = new CircuitBreaker(this.clock, this.settings);
      this.breakers.set(key, breaker);
    }
    return await breaker.enter(() => (this.held += 1));
  }

  private makeRoom(): void {
    if (this.breakers.size < MOST_REMEMBERED) return;
    for (const [key, breaker] of this.breakers) {
      if (!breaker.isClosed) continue;
      this.breakers.delete(key);
      return;
    }
  }
}

function keyOf({ kind, namespaceId, name }: Destination): string {
  return `${kind} ${namespaceId} ${name}`;
}
