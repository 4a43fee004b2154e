import { setMaxListeners } from 'node:events';
import { callMethod, type RpcTransport } from '@perdure/client/transport';
import { LoggerWithComposedMetadata, SdkComponent } from '@perdure/common';
import { services, type workflowservice } from '@perdure/protocol';
import { type Clock, systemClock } from '../clock.js';
import {
  abortWith,
  Outage,
  pollEndOf,
  PollerPool,
  PollFailures,
  type PollEnd,
  type PollerCount,
} from '../polling/index.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import type { WorkerMetrics } from '../telemetry/index.js';
import { NexusAnswers } from './nexus-answers.js';
import type { NexusEnvironment } from './nexus-environment.js';
import { NexusTasks } from './nexus-tasks.js';
import type { NexusTask } from './operation-context.js';

const { methods } = services.WorkflowService;

/** The server answers a poll with nothing after a minute; the rest is for the way. */
const POLL_TIMEOUT_MS = 70_000;

/** What a Nexus host is made of. */
export interface NexusHostOptions {
  readonly environment: NexusEnvironment;
  readonly transport: RpcTransport;
  /** Who polls, and which version of the code it runs. */
  readonly poller: Pick<
    workflowservice.IPollNexusTaskQueueRequest,
    'workerInstanceKey' | 'workerVersionCapabilities' | 'deploymentOptions'
  > & { readonly identity: string };
  readonly slots: Slots;
  readonly pollers: PollerCount;
  readonly metrics: WorkerMetrics;
  readonly clock?: Clock | undefined;
  /** Called once, when the server refuses polls for good. The host goes on running what it has. */
  readonly onFatalError: (error: unknown) => void;
}

/** How a Nexus host ends. */
export interface NexusShutdownOptions {
  /** How long operations may go on before they are asked to stop. */
  readonly graceMs: number;
  /** Open polls are waited for until this aborts. */
  readonly abortPolls: AbortSignal;
}

/** Polls a task queue for Nexus operations to start and to cancel, calls their handlers, and answers. */
export class NexusHost {
  private readonly clock: Clock;
  private readonly tasks: NexusTasks;
  private readonly outage: Outage;
  private readonly failures: PollFailures;
  private readonly pool: PollerPool;
  private readonly pollRequest: workflowservice.IPollNexusTaskQueueRequest;
  private readonly stopping = new AbortController();
  private readonly abortingPolls = new AbortController();

  constructor(private readonly options: NexusHostOptions) {
    const { environment, transport, poller, metrics } = options;
    const { namespace, taskQueue } = environment;
    const clock = (this.clock = options.clock ?? systemClock);
    const logger = LoggerWithComposedMetadata.compose(environment.logger, {
      sdkComponent: SdkComponent.worker,
      taskQueue,
    });
    this.outage = new Outage(logger, () => clock.nowMs(), `task queue '${taskQueue}' for Nexus operations`);
    const { onFatalError } = options;
    this.failures = new PollFailures({ outage: this.outage, clock, stopping: this.stopping.signal, onFatalError });
    this.pollRequest = { namespace, taskQueue: { name: taskQueue }, ...poller };
    this.pool = new PollerPool(
      options.pollers,
      (failures, onEnd) => void this.poll(failures).then(onEnd),
      (openPolls) => metrics.pollers('nexus_task', openPolls),
    );
    // One listener for every poll, and pollers may be many.
    setMaxListeners(0, this.stopping.signal, this.abortingPolls.signal);
    const answers = new NexusAnswers({ transport, namespace, identity: poller.identity, clock, logger });
    this.tasks = new NexusTasks({ ground: { environment, workerLogger: logger }, answers, clock, metrics });
  }

  /** Starts to poll. Once only. */
  start(): void {
    this.pool.start();
  }

  /** Stops polling, waits for what runs, asks it to stop after the grace time, and resolves when all is answered. */
  async shutdown({ graceMs, abortPolls }: NexusShutdownOptions): Promise<void> {
    this.stopping.abort();
    abortWith(this.abortingPolls, abortPolls);
    const cancelTimer = this.clock.schedule(graceMs, () => this.tasks.cancelAll());
    await this.pool.ended();
    await this.tasks.drained();
    cancelTimer();
  }

  /** Stops trying to be heard by the server: what is not answered by now is left to time out. */
  abandon(): void {
    this.stopping.abort();
    this.abortingPolls.abort();
    this.tasks.cancelAll();
    this.tasks.giveUp();
  }

  private async poll(failures: number): Promise<PollEnd> {
    const { signal } = this.stopping;
    const slot = await this.options.slots.reserve(signal);
    if (slot === undefined) return 'stop';
    try {
      const task = await this.pollOnce();
      if (task.taskToken.length > 0) void this.runIn(slot, task);
      else slot.release();
      return signal.aborted ? 'stop' : pollEndOf(task);
    } catch (error) {
      slot.release();
      return await this.failures.take(error, failures + 1);
    }
  }

  private async pollOnce(): Promise<NexusTask> {
    const { transport, metrics } = this.options;
    const options = { timeoutMs: POLL_TIMEOUT_MS, signal: this.abortingPolls.signal };
    const task = await callMethod(transport, methods.PollNexusTaskQueue, this.pollRequest, options);
    this.outage.answered();
    if (task.taskToken.length === 0) metrics.nexusPollEmpty();
    return task;
  }

  private async runIn(slot: HeldSlot, task: NexusTask): Promise<void> {
    const { service = '', operation = '' } = task.request?.startOperation ?? task.request?.cancelOperation ?? {};
    slot.markUsed({ type: 'nexus', service, operation });
    await this.tasks.run(task);
    slot.release();
  }
}
