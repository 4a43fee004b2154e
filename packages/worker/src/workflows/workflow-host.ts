import { setMaxListeners } from 'node:events';
import { enums, services, type workflowservice } from '@perdure/protocol';
import { callMethod, type RpcTransport } from '@perdure/client/transport';
import type { Logger } from '@perdure/common';
import type { Clock } from '../clock.js';
import {
  abortWith,
  Outage,
  pollEndOf,
  PollerPool,
  PollFailures,
  UnderWay,
  type PollEnd,
  type PollerCount,
} from '../polling/index.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import type { MeteredPollerType, WorkerMetrics } from '../telemetry/index.js';
import { stickyTaskQueue, type WorkflowTaskWorker } from './workflow-task-worker.js';

const methods = services.WorkflowService.methods;
/** A little more than the server holds a poll. */
const POLL_TIMEOUT_MS = 70_000;

/** What polling for workflow tasks takes. */
export interface WorkflowHostOptions {
  readonly transport: RpcTransport;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly stickyQueueName: string | undefined;
  readonly identity: string;
  /** By which the server knows the polls of this worker. */
  readonly workerInstanceKey: string;
  readonly slots: Slots;
  readonly pollers: { readonly normal: PollerCount; readonly sticky: PollerCount };
  readonly version: Pick<
    workflowservice.IPollWorkflowTaskQueueRequest,
    'workerVersionCapabilities' | 'deploymentOptions'
  >;
  readonly worker: WorkflowTaskWorker;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A poll failed in a way that trying again will not mend. */
  readonly onFatalError: (error: unknown) => void;
  readonly metrics: Pick<WorkerMetrics, 'workflowPollEmpty' | 'pollers'>;
}

type PolledQueue = workflowservice.IPollWorkflowTaskQueueRequest['taskQueue'];

/** Polls for workflow tasks, as many as there are slots for, for as long as it takes. */
export class WorkflowHost {
  private readonly stopping = new AbortController();
  private readonly abortingPolls = new AbortController();
  private readonly pollOptions = { timeoutMs: POLL_TIMEOUT_MS, signal: this.abortingPolls.signal };
  private readonly underWay = new UnderWay();
  private readonly pools: PollerPool[] = [];
  private readonly outage: Outage;
  private readonly failures: PollFailures;

  constructor(private readonly options: WorkflowHostOptions) {
    const { logger, clock, taskQueue } = options;
    this.outage = new Outage(logger, () => clock.nowMs(), `task queue '${taskQueue}' for workflows`);
    const { onFatalError } = options;
    this.failures = new PollFailures({ outage: this.outage, clock, stopping: this.stopping.signal, onFatalError });
    // One listener for every poll, and pollers may be many.
    setMaxListeners(0, this.stopping.signal, this.abortingPolls.signal);
  }

  /** Workflow tasks that are worked on now. */
  get inFlight(): number {
    return this.underWay.count;
  }

  start(): void {
    const { pollers, stickyQueueName, taskQueue } = this.options;
    const normal = { name: taskQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL };
    this.pools.push(this.pool(normal, pollers.normal, 'workflow_task'));
    if (stickyQueueName !== undefined) {
      const sticky = stickyTaskQueue(stickyQueueName, taskQueue);
      this.pools.push(this.pool(sticky, pollers.sticky, 'sticky_workflow_task'));
    }
    for (const pool of this.pools) pool.start();
  }

  /**
   * Stops polling and finishes the tasks under way. Polls that are open are waited for, since the server ends them, until `abortPolls`
   * aborts: what they bring is worked on.
   */
  async stop(abortPolls: AbortSignal): Promise<void> {
    this.stopping.abort();
    this.options.worker.leaveRunsToOthers();
    abortWith(this.abortingPolls, abortPolls);
    await Promise.all(this.pools.map((pool) => pool.ended()));
    await this.underWay.drained();
  }

  private pool(taskQueue: PolledQueue, count: PollerCount, pollerType: MeteredPollerType): PollerPool {
    const { slots } = this.options;
    const { signal } = this.stopping;
    const request = this.requestFor(taskQueue);
    const fail = (error: unknown, failures: number, onEnd: (end: PollEnd) => void): void =>
      void this.failures.take(error, failures + 1).then(onEnd);
    const pollIn = (slot: HeldSlot | undefined, failures: number, onEnd: (end: PollEnd) => void): void => {
      if (slot === undefined) return onEnd('stop');
      this.pollOnce(request).then(
        (task) => {
          let end: PollEnd;
          try {
            end = this.take(task, slot);
          } catch (error) {
            slot.release();
            return fail(error, failures, onEnd);
          }
          onEnd(end);
        },
        (error: unknown) => {
          slot.release();
          fail(error, failures, onEnd);
        },
      );
    };
    const poll = (failures: number, onEnd: (end: PollEnd) => void): void => {
      const reserved = slots.reserve(signal);
      if (reserved instanceof Promise) void reserved.then((slot) => pollIn(slot, failures, onEnd));
      else pollIn(reserved, failures, onEnd);
    };
    return new PollerPool(count, poll, (openPolls) => this.options.metrics.pollers(pollerType, openPolls));
  }

  /** Takes what a poll brought. */
  private take(task: workflowservice.PollWorkflowTaskQueueResponse, slot: HeldSlot): PollEnd {
    this.outage.answered();
    if (task.taskToken.length > 0) this.begin(task, slot);
    else {
      slot.release();
      this.options.metrics.workflowPollEmpty();
    }
    if (this.stopping.signal.aborted) return 'stop';
    const end = pollEndOf(task);
    return this.underWay.count === 1 ? { ...end, mayRest: true } : end;
  }

  private requestFor(taskQueue: PolledQueue): workflowservice.IPollWorkflowTaskQueueRequest {
    const { namespace, identity, workerInstanceKey, version } = this.options;
    return { namespace, taskQueue, identity, workerInstanceKey, ...version };
  }

  private pollOnce(
    request: workflowservice.IPollWorkflowTaskQueueRequest,
  ): Promise<workflowservice.PollWorkflowTaskQueueResponse> {
    return callMethod(this.options.transport, methods.PollWorkflowTaskQueue, request, this.pollOptions);
  }

  private begin(task: workflowservice.PollWorkflowTaskQueueResponse, slot: HeldSlot): void {
    const isSticky = (task.history?.events[0]?.eventId ?? 0) !== 1;
    slot.markUsed({ type: 'workflow', workflowType: task.workflowType?.name ?? '', isSticky });
    this.underWay.begin();
    this.options.worker.work(task, () => {
      slot.release();
      this.underWay.end();
    });
  }
}
