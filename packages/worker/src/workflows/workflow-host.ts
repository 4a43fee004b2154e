import { setMaxListeners } from 'node:events';
import { enums, services, type workflowservice } from '@perdure/protocol';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import type { Logger } from '@perdure/common';
import { pause, type Clock } from '../clock.js';
import { abortWith, isUnrecoverable, Outage, retryDelayMs } from '../polling/index.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import type { WorkflowMetrics } from '../telemetry/index.js';
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
  readonly pollers: { readonly normal: number; readonly sticky: number };
  readonly version: Pick<
    workflowservice.IPollWorkflowTaskQueueRequest,
    'workerVersionCapabilities' | 'deploymentOptions'
  >;
  readonly worker: WorkflowTaskWorker;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A poll failed in a way that trying again will not mend. */
  readonly onFatalError: (error: unknown) => void;
  readonly metrics: WorkflowMetrics;
}

/** Polls for workflow tasks, as many as there are slots for, for as long as it takes. */
export class WorkflowHost {
  private readonly stopping = new AbortController();
  private readonly abortingPolls = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private polling: Promise<unknown> = Promise.resolve();
  private readonly outage: Outage;

  constructor(private readonly options: WorkflowHostOptions) {
    const { logger, clock, taskQueue } = options;
    this.outage = new Outage(logger, () => clock.nowMs(), `task queue '${taskQueue}' for workflows`);
    // One listener for every poll, and pollers may be many.
    setMaxListeners(0, this.stopping.signal, this.abortingPolls.signal);
  }

  /** Workflow tasks that are worked on now. */
  get inFlight(): number {
    return this.underWay.size;
  }

  start(): void {
    const { pollers, stickyQueueName, taskQueue } = this.options;
    const normal = { name: taskQueue, kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL };
    const loops = Array.from({ length: pollers.normal }, () => this.poll(normal));
    if (stickyQueueName !== undefined) {
      const sticky = stickyTaskQueue(stickyQueueName, taskQueue);
      loops.push(...Array.from({ length: pollers.sticky }, () => this.poll(sticky)));
    }
    this.polling = Promise.all(loops);
  }

  /**
   * Stops polling and finishes the tasks under way. Polls that are open are waited for, since the server ends them, until `abortPolls`
   * aborts: what they bring is worked on.
   */
  async stop(abortPolls: AbortSignal): Promise<void> {
    this.stopping.abort();
    this.options.worker.leaveRunsToOthers();
    abortWith(this.abortingPolls, abortPolls);
    await this.polling;
    await Promise.all(this.underWay);
  }

  private async poll(taskQueue: workflowservice.IPollWorkflowTaskQueueRequest['taskQueue']): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const slot = await this.options.slots.reserve(signal);
      if (slot === undefined) return;
      try {
        const task = await this.pollOnce(taskQueue);
        failures = 0;
        if (task === undefined) slot.release();
        else this.begin(task, slot);
      } catch (error) {
        slot.release();
        if (signal.aborted) return;
        if (isUnrecoverable(error)) return this.options.onFatalError(error);
        this.outage.failed(error);
        failures += 1;
        await pause(this.options.clock, retryDelayMs(failures, error), signal);
      }
    }
  }

  private async pollOnce(
    taskQueue: workflowservice.IPollWorkflowTaskQueueRequest['taskQueue'],
  ): Promise<workflowservice.PollWorkflowTaskQueueResponse | undefined> {
    const { transport, namespace, identity, workerInstanceKey, version } = this.options;
    const options = { timeoutMs: POLL_TIMEOUT_MS, signal: this.abortingPolls.signal };
    try {
      const request = { namespace, taskQueue, identity, workerInstanceKey, ...version };
      const task = await callMethod(transport, methods.PollWorkflowTaskQueue, request, options);
      this.outage.answered();
      if (task.taskToken.length > 0) return task;
      this.options.metrics.workflowPollEmpty();
      return undefined;
    } catch (error) {
      if (error instanceof GrpcServiceError && error.code === GrpcStatus.DEADLINE_EXCEEDED) return undefined;
      throw error;
    }
  }

  private begin(task: workflowservice.PollWorkflowTaskQueueResponse, slot: HeldSlot): void {
    const isSticky = (task.history?.events[0]?.eventId ?? 0) !== 1;
    slot.markUsed({ type: 'workflow', workflowType: task.workflowType?.name ?? '', isSticky });
    const work = this.options.worker.work(task).finally(() => {
      slot.release();
      this.underWay.delete(work);
    });
    this.underWay.add(work);
  }
}
