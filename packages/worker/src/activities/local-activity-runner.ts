import { LoggerWithComposedMetadata, SdkComponent } from '@perdure/common';
import type { LocalActivityRequest, LocalActivityResult } from '@perdure/replay';
import { type Clock, systemClock } from '../clock.js';
import type { Slots } from '../slots/index.js';
import type { ActivityMetrics } from '../telemetry/index.js';
import type { ActivityEnvironment } from './activity-environment.js';
import type { LocalActivityOwner } from './activity-info.js';
import { type LocalActivityGround, LocalActivityRun } from './local-activity-run.js';
import { PayloadPipeline } from './payloads.js';

/** What a runner of local activities is made of. */
export interface LocalActivityRunnerOptions {
  readonly environment: ActivityEnvironment;
  readonly slots: Slots;
  readonly metrics: ActivityMetrics;
  readonly clock?: Clock | undefined;
}

/** A local activity that is running or waiting to. */
export interface RunningLocalActivity {
  /** How it ends, over all its attempts. Never rejects. */
  readonly result: Promise<LocalActivityResult>;
  /** Asks it to stop, since its workflow does. */
  cancel(): void;
}

/** Runs the local activities of all workflows of a worker, and tries them again. */
export class LocalActivityRunner {
  private readonly ground: LocalActivityGround;
  private readonly running = new Set<LocalActivityRun>();

  constructor({ environment, slots, metrics, clock = systemClock }: LocalActivityRunnerOptions) {
    const workerLogger = LoggerWithComposedMetadata.compose(environment.logger, {
      sdkComponent: SdkComponent.worker,
      taskQueue: environment.taskQueue,
    });
    const pipeline = new PayloadPipeline(environment.dataConverter);
    this.ground = { execution: { environment, pipeline, workerLogger }, slots, metrics, clock };
  }

  /** How many are running or waiting to. */
  get runningCount(): number {
    return this.running.size;
  }

  /** Runs a local activity, at once or when there is a slot. Its payloads are as they came over the wire. */
  run(request: LocalActivityRequest, owner: LocalActivityOwner): RunningLocalActivity {
    const run = new LocalActivityRun(this.ground, request, owner);
    this.running.add(run);
    const result = run.toEnd().finally(() => this.running.delete(run));
    return { result, cancel: () => run.cancel() };
  }

  /** Asks all that run to stop, since the worker does. What can be tried again is left for another worker. */
  cancelAll(): void {
    for (const run of this.running) run.shutDown();
  }
}
