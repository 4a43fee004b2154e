import { LazyMap } from '@perdure/common/internal';
import type { Clock } from '../clock.js';
import type { LocalActivityHost } from './ports.js';
import type { WorkflowRun } from './workflow-run.js';

/** The local activities of a workflow task that are running. */
export class LocalActivitiesUnderWay {
  private readonly running = new LazyMap<number, { cancel(): void }>();
  private wake: (() => void) | undefined;
  private hasNews = false;

  constructor(
    private readonly run: WorkflowRun,
    private readonly host: LocalActivityHost,
  ) {}

  /** Starts what workflow code has asked for, and stops what it no longer wants. */
  begin(): void {
    const { run, host } = this;
    for (const request of run.replay.takeLocalActivityRequests()) {
      const activity = host.run(request, run);
      this.running.set(request.seq, activity);
      void activity.result.then((result) => {
        this.running.delete(request.seq);
        run.resolveLocalActivity(request.seq, result);
        this.hasNews = true;
        this.wake?.();
      });
    }
    for (const { seq } of run.replay.takeLocalActivityCancellations()) this.running.get(seq)?.cancel();
  }

  /** Waits until one has ended; false if none did within the time. */
  next(timeoutMs: number, clock: Clock): Promise<boolean> {
    if (this.hasNews) {
      this.hasNews = false;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const finish = (ended: boolean): void => {
        stop();
        this.wake = undefined;
        this.hasNews = false;
        resolve(ended);
      };
      const stop = clock.schedule(timeoutMs, () => finish(false));
      this.wake = () => finish(true);
    });
  }

  /** The run is over or lost: nobody waits for them any more. */
  abandon(): void {
    for (const activity of this.running.values()) activity.cancel();
  }
}
