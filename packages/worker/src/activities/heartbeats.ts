import { ActivityCancellationDetails, type Payload } from '@perdure/common';
import type { workflowservice } from '@perdure/protocol';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import type { Clock } from '../clock.js';
import type { CancelReason } from './cancel-reason.js';
import type { MaybePromise } from './payloads.js';

/** What a task's heartbeats need. */
export interface HeartbeatOptions {
  /** How long after one heartbeat the next one may go out. */
  readonly throttleMs: number;
  readonly clock: Clock;
  /** Converts details, at once: the activity may change them later. Throws if they cannot be converted. */
  readonly convert: (details: unknown) => Payload;
  readonly encode: (payload: Payload) => MaybePromise<Payload>;
  readonly send: (details: Payload) => Promise<workflowservice.RecordActivityTaskHeartbeatResponse>;
  readonly cancel: (reason: CancelReason, details: ActivityCancellationDetails) => void;
  /** A heartbeat did not arrive; the next one may. */
  readonly onError: (error: unknown) => void;
}

/**
 * Sends the heartbeats of one activity, the first one at once and then one in a while: the latest. What the server answers
 * may cancel the activity.
 */
export class Heartbeats {
  /** The server does not know the activity any more: there is nothing to answer to. */
  isActivityGone = false;
  private latest: Payload | undefined;
  private isThrottled = false;
  private isStopped = false;
  private stopTimer: (() => void) | undefined;

  private made: HeartbeatOptions | undefined;

  /** @param makeOptions called with the first heartbeat: most activities send none */
  constructor(private readonly makeOptions: () => HeartbeatOptions) {}

  private get options(): HeartbeatOptions {
    this.made ??= this.makeOptions();
    return this.made;
  }

  /** The activity says that it is alive. Never throws. */
  record(details: unknown): void {
    if (this.isStopped) return;
    try {
      this.latest = this.options.convert(details);
    } catch (error) {
      return this.refuse(error);
    }
    if (!this.isThrottled) void this.sendLatest();
  }

  /** The attempt is over. Gives what was recorded and never sent. */
  stop(): Promise<Payload> | undefined {
    this.isStopped = true;
    this.stopTimer?.();
    const { latest } = this;
    this.latest = undefined;
    return latest === undefined ? undefined : Promise.resolve(latest).then(this.options.encode);
  }

  private async sendLatest(): Promise<void> {
    const { latest, options } = this;
    if (latest === undefined || this.isStopped) return;
    this.latest = undefined;
    this.isThrottled = true;
    let encoded: Payload;
    try {
      encoded = await options.encode(latest);
    } catch (error) {
      return this.refuse(error);
    }
    try {
      this.heed(await options.send(encoded));
    } catch (error) {
      // Details that did not arrive are still the latest, unless the activity has said more since.
      this.latest ??= latest;
      this.hearError(error);
    }
    if (this.isStopped) return;
    this.stopTimer = options.clock.schedule(options.throttleMs, () => {
      this.isThrottled = false;
      void this.sendLatest();
    });
  }

  private heed(answer: workflowservice.RecordActivityTaskHeartbeatResponse): void {
    const { cancel } = this.options;
    if (answer.cancelRequested) cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    else if (answer.activityReset) cancel('RESET', new ActivityCancellationDetails({ reset: true }));
    else if (answer.activityPaused) cancel('PAUSED', new ActivityCancellationDetails({ paused: true }));
  }

  private hearError(error: unknown): void {
    if (!(error instanceof GrpcServiceError) || error.code !== GrpcStatus.NOT_FOUND) {
      if (!this.isStopped) this.options.onError(error);
      return;
    }
    this.isActivityGone = true;
    this.isStopped = true;
    this.options.cancel('NOT_FOUND', new ActivityCancellationDetails({ notFound: true }));
  }

  private refuse(error: unknown): void {
    this.options.onError(error);
    this.options.cancel('HEARTBEAT_DETAILS_CONVERSION_FAILED', new ActivityCancellationDetails());
  }
}

/** How often heartbeats go out: well within the timeout, or by default. */
export function heartbeatThrottleMs(
  heartbeatTimeoutMs: number | undefined,
  limits: { readonly defaultMs: number; readonly maxMs: number },
): number {
  const SHARE_OF_TIMEOUT = 0.8;
  const wantedMs = heartbeatTimeoutMs ? heartbeatTimeoutMs * SHARE_OF_TIMEOUT : limits.defaultMs;
  return Math.min(wantedMs, limits.maxMs);
}
