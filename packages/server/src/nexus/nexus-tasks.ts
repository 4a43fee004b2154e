import { msToTimestamp, type failure, type nexus, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Clock, ClockTimer } from '../clock.js';
import type { Matching, PendingTask, Poller, TaskQueue } from '../matching/index.js';
import { encodeNexusTaskToken } from '../tasks/index.js';

/** Somebody waits for the answer, and a minute from now nobody does: before nothing else, behind nothing else. */
const PRIORITY = 3;
const REQUEST_TIMEOUT = 'request-timeout';

/** A request for whoever polls a Nexus task queue. */
export interface NexusTask {
  readonly namespaceId: string;
  readonly taskQueue: string;
  readonly request: nexus.IRequest;
  /** How long until there must be an answer. Milliseconds. */
  readonly timeoutMs: number;
}

/** What the worker said: its response, or the failure of its handler, which has `nexusHandlerFailureInfo`. */
export type NexusTaskAnswer =
  | { readonly kind: 'response'; readonly response: nexus.Response | undefined }
  | { readonly kind: 'failure'; readonly failure: failure.IFailure };

/** What Nexus tasks are brought to workers with. */
export interface NexusTasksPorts {
  readonly matching: Matching;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** No worker answered in time. */
export class NexusTaskTimeoutError extends Error {
  constructor({ taskQueue, timeoutMs }: NexusTask) {
    super(`No worker of Nexus task queue ${taskQueue} answered within ${timeoutMs} ms`);
  }
}

interface WaitingTask {
  readonly namespaceId: string;
  readonly settle: (answer: NexusTaskAnswer | Error) => void;
}

/**
 * Nexus requests on their way to workers and back. Nothing of this is durable: a request whose caller, worker or server
 * has gone is lost, and whoever made it makes it again.
 */
export class NexusTasks {
  private readonly waiting = new Map<string, WaitingTask>();
  private isStopped = false;

  constructor(private readonly ports: NexusTasksPorts) {}

  /** Requests that have not been answered. */
  get size(): number {
    return this.waiting.size;
  }

  /** Asks a worker. Rejects with `NexusTaskTimeoutError` when the time is up, or with the signal's reason. */
  ask(task: NexusTask, signal?: AbortSignal): Promise<NexusTaskAnswer> {
    const { matching, clock, newId } = this.ports;
    return new Promise((resolve, reject) => {
      if (this.isStopped) return reject(stopping());
      if (signal?.aborted === true) return reject(reasonOf(signal));
      const taskId = newId();
      const nowMs = clock.nowMs();
      const deadlineMs = nowMs + task.timeoutMs;
      const queue = matching.queue({ namespaceId: task.namespaceId, kind: 'nexus', name: task.taskQueue });
      const settle = (answer: NexusTaskAnswer | Error): void => {
        if (!this.waiting.delete(taskId)) return;
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        queue.withdraw(pending);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      const onAbort = (): void => settle(reasonOf(signal));
      const pending: PendingTask = {
        priority: PRIORITY,
        createdMs: nowMs,
        dispatch: (poller) => this.give({ taskId, task, pending, queue, deadlineMs, scheduledMs: nowMs }, poller),
        abandon: () => queue.offer(pending),
      };
      this.waiting.set(taskId, { namespaceId: task.namespaceId, settle });
      const timer: ClockTimer = clock.callAt(deadlineMs, () => settle(new NexusTaskTimeoutError(task)));
      signal?.addEventListener('abort', onAbort);
      queue.offer(pending);
    });
  }

  /** A worker's answer. Throws NOT_FOUND if nobody waits for it. */
  answer(namespaceId: string, taskId: string, answer: NexusTaskAnswer): void {
    const waiting = this.waiting.get(taskId);
    if (waiting === undefined || waiting.namespaceId !== namespaceId) {
      throw new ServiceError('NOT_FOUND', 'Nexus task not found, or already expired.', {
        type: 'NotFoundFailure',
        fields: {},
      });
    }
    waiting.settle(answer);
  }

  /** Lets nobody wait any more: the server is stopping. */
  stop(): void {
    this.isStopped = true;
    for (const { settle } of this.waiting.values()) settle(stopping());
  }

  private give({ taskId, task, pending, queue, deadlineMs, scheduledMs }: OfferedNexusTask, poller: Poller): void {
    if (!this.waiting.has(taskId)) return poller.returnToQueue?.();
    if (poller.isDone) return queue.putBack(pending);
    const leftMs = Math.max(1, Math.floor(deadlineMs - this.ports.clock.nowMs()));
    const { namespaceId, request } = task;
    const response: workflowservice.IPollNexusTaskQueueResponse = {
      taskToken: encodeNexusTaskToken({ namespaceId, taskId }),
      request: {
        ...request,
        scheduledTime: msToTimestamp(scheduledMs),
        header: { ...request.header, [REQUEST_TIMEOUT]: `${leftMs}ms` },
      },
    };
    poller.answer(response);
  }
}

interface OfferedNexusTask {
  readonly taskId: string;
  readonly task: NexusTask;
  readonly pending: PendingTask;
  readonly queue: TaskQueue;
  readonly scheduledMs: number;
  readonly deadlineMs: number;
}

function stopping(): ServiceError {
  return new ServiceError('UNAVAILABLE', 'The server is stopping. Try again.');
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The call has been given up');
}
