import { LazyMap } from '@perdure/common/internal';
import type { Waiting } from './execution.js';

/** Those who wait, by what they wait for. Most runs wait for things of one kind or two. */
export class AllWaiting {
  #timers: OfOneKind | undefined;
  #activities: OfOneKind | undefined;
  #childStarts: OfOneKind | undefined;
  #childResults: OfOneKind | undefined;
  #signals: OfOneKind | undefined;
  #cancels: OfOneKind | undefined;
  #nexusStarts: OfOneKind | undefined;
  #nexusResults: OfOneKind | undefined;

  get timers(): OfOneKind {
    return (this.#timers ??= new LazyMap());
  }
  get activities(): OfOneKind {
    return (this.#activities ??= new LazyMap());
  }
  get childStarts(): OfOneKind {
    return (this.#childStarts ??= new LazyMap());
  }
  get childResults(): OfOneKind {
    return (this.#childResults ??= new LazyMap());
  }
  get signals(): OfOneKind {
    return (this.#signals ??= new LazyMap());
  }
  get cancels(): OfOneKind {
    return (this.#cancels ??= new LazyMap());
  }
  get nexusStarts(): OfOneKind {
    return (this.#nexusStarts ??= new LazyMap());
  }
  get nexusResults(): OfOneKind {
    return (this.#nexusResults ??= new LazyMap());
  }

  /** All that wait, kind by kind. */
  all(): readonly Waiting[] {
    const kinds = [
      this.#timers,
      this.#activities,
      this.#childStarts,
      this.#childResults,
      this.#signals,
      this.#cancels,
      this.#nexusStarts,
      this.#nexusResults,
    ];
    return kinds.flatMap((waiting) => [...(waiting?.values() ?? [])]);
  }
}

type OfOneKind = LazyMap<number, Waiting>;
