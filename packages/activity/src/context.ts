import { AsyncLocalStorage } from 'node:async_hooks';
import { IllegalStateError, msToNumber } from '@perdure/common';
import type { ActivityCancellationDetails, Duration, Logger, MetricMeter } from '@perdure/common';
import type { ActivityCancellation } from './cancellation.js';
import type { Client } from '@perdure/client';
import type { Info } from './info.js';

/** Which context code runs in. */
export const asyncLocalStorage = new AsyncLocalStorage<Context>();

/** What a worker makes a context of. */
export interface ContextParts {
  readonly info: Info;
  readonly cancellation: ActivityCancellation;
  /** Sends a heartbeat, or keeps it back for a while. Must not throw. */
  readonly heartbeat: (details?: unknown) => void;
  /** Gives the worker's client; without it there is none. */
  readonly client?: (() => Client) | undefined;
  readonly log: Logger;
  /** Asked once, when the activity first wants it. */
  readonly metricMeter: () => MetricMeter;
}

/** What an activity can do besides its work. {@link Context.current} gives the one of the activity that is running. */
export class Context {
  readonly info: Info;

  /**
   * Adds the activity's attributes, and those of interceptors, to what it logs. Better than to replace it: set the
   * runtime's logger.
   */
  log: Logger;

  /**
   * Tells the server that the activity is alive and how far it is; the next attempt finds the details in
   * {@link Info.heartbeatDetails}. Call it as often as you like: only what is due goes over the network. Activities hear of
   * their cancellation in the answers, so only those that heartbeat do. Does nothing in a local activity.
   */
  readonly heartbeat: (details?: unknown) => void;

  /** Resolves after a while; rejects with a `CancelledFailure` as soon as the activity is cancelled. */
  readonly sleep = (ms: Duration): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stopListening();
        resolve();
      }, msToNumber(ms));
      const stopListening = this.parts.cancellation.onCancel((failure) => {
        clearTimeout(timer);
        reject(failure);
      });
    });

  private meter: MetricMeter | undefined;

  /** Made by the worker only. */
  constructor(private readonly parts: ContextParts) {
    this.info = parts.info;
    this.log = parts.log;
    this.heartbeat = (details) => parts.heartbeat(details);
  }

  /** The context of the activity that is running, in callbacks and promises too. Throws an `IllegalStateError` elsewhere. */
  static current(): Context {
    const context = asyncLocalStorage.getStore();
    // What the worker calls while a workflow runs, of which it keeps in mind here whose code it is, is no activity.
    if (!(context instanceof Context)) {
      throw new IllegalStateError(
        'No activity is running here. Call this from an activity function, or from what it calls and awaits; ' +
          'in a test, through MockActivityEnvironment',
      );
    }
    return context;
  }

  /** Rejects with a `CancelledFailure` when the activity is cancelled; never resolves. See {@link heartbeat}. */
  get cancelled(): Promise<never> {
    return this.parts.cancellation.cancelled;
  }

  /** Aborts when the activity is cancelled: for `fetch`, child processes and other libraries. See {@link heartbeat}. */
  get cancellationSignal(): AbortSignal {
    return this.parts.cancellation.signal;
  }

  /** Why the activity was cancelled; `undefined` unless it was. */
  get cancellationDetails(): ActivityCancellationDetails | undefined {
    return this.parts.cancellation.details;
  }

  /** A client of the worker's server and namespace. Throws an `IllegalStateError` where there is none. */
  get client(): Client {
    if (this.parts.client === undefined) {
      throw new IllegalStateError(
        'This activity has no client. Workers give one to their activities; to a MockActivityEnvironment it has to be given',
      );
    }
    return this.parts.client();
  }

  /** Makes metrics with the activity's tags, and those of interceptors. */
  get metricMeter(): MetricMeter {
    this.meter ??= this.parts.metricMeter();
    return this.meter;
  }
}
