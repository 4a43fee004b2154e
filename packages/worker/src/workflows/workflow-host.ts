import { enums, services, type workflowservice } from '@perdure/protocol';
import { callMethod, GrpcServiceError, GrpcStatus, type RpcTransport } from '@perdure/client/transport';
import type { Logger } from '@perdure/common';
import { pause, type Clock } from '../clock.js';
import type { HeldSlot, Slots } from '../slots/index.js';
import { stickyTaskQueue, type WorkflowTaskWorker } from './workflow-task-worker.js';

const methods = services.WorkflowService.methods;
/** A little more than the server holds a poll. */
const POLL_TIMEOUT_MS = 70_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;

/** What polling for workflow tasks takes. */
export interface WorkflowHostOptions {
  readonly transport: RpcTransport;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly stickyQueueName: string | undefined;
  readonly identity: string;
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
  readonly onFatal: (error: Error) => void;
}

/** Polls for workflow tasks, as many as there are slots for, for as long as it takes. */
export class WorkflowHost {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private polling: Promise<unknown> = Promise.resolve();
  private isAway = false;

  constructor(private readonly options: WorkflowHostOptions) {}

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

  /** Stops polling and finishes the tasks under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
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
        this.noteBack();
        if (task === undefined) slot.release();
        else this.begin(task, slot);
      } catch (error) {
        slot.release();
        if (signal.aborted) return;
        failures += 1;
        if (!this.handle(error)) return;
        await pause(this.options.clock, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), signal);
      }
    }
  }

  private async pollOnce(
    taskQueue: workflowservice.IPollWorkflowTaskQueueRequest['taskQueue'],
  ): Promise<workflowservice.PollWorkflowTaskQueueResponse | undefined> {
    const { transport, namespace, identity, version } = this.options;
    const options = { timeoutMs: POLL_TIMEOUT_MS, signal: this.stopping.signal };
    try {
      const request = { namespace, taskQueue, identity, ...version };
      const task = await callMethod(transport, methods.PollWorkflowTaskQueue, request, options);
      return task.taskToken.length === 0 ? undefined : task;
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

  /** Whether to try again. An outage is one line in the log, however long. */
  private handle(error: unknown): boolean {
    const { logger, onFatal, namespace } = this.options;
    if (error instanceof GrpcServiceError) {
      const { NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED, INVALID_ARGUMENT } = GrpcStatus;
      if (
        [NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED, INVALID_ARGUMENT].includes(error.code as never)
      ) {
        onFatal(new Error(`The worker cannot poll in namespace '${namespace}': ${error.details}`, { cause: error }));
        return false;
      }
    }
    if (!this.isAway) logger.warn('The server cannot be reached; the worker keeps trying', { error });
    this.isAway = true;
    return true;
  }

  private noteBack(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.options.logger.info('The server can be reached again');
  }
}
