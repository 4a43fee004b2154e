import { invalidId } from '@perdure/engine';
import { enums } from '@perdure/protocol';
import { ServiceError, type CallContext } from '../api/index.js';
import { Poller, type TaskKind } from '../matching/index.js';
import { queueKey } from '../tasks/index.js';
import { refuse } from './request-checks.js';
import type { Services } from './services.js';

const { TaskQueueKind } = enums;
const OPTIONAL = { optional: true } as const;
/** A poll with less time than this could not be answered. */
const MINIMUM_TIMEOUT_MS = 100;
/** Answer "nothing" this long before the caller gives up. */
const DEADLINE_MARGIN_MS = 1000;

/** A long poll of a worker. */
export interface TaskPoll {
  readonly kind: TaskKind;
  readonly request: {
    readonly namespace: string;
    readonly identity: string;
    readonly workerInstanceKey: string;
    readonly taskQueue?:
      { readonly name: string; readonly kind: enums.TaskQueueKind; readonly normalName: string } | undefined;
  };
  readonly maxTasksPerSecond: number | undefined;
}

/** Waits for a task. Answers an empty message when the time is up, the server is stopping, or the worker shuts down. */
export function pollTask(services: Services, poll: TaskPoll, context: CallContext): Promise<object> {
  const { request, kind } = poll;
  const namespace = services.namespaces.resolve(request.namespace);
  refuse(
    (request.taskQueue === undefined ? 'TaskQueue is not set on request.' : undefined) ??
      invalidId('TaskQueue', request.taskQueue?.name, services.limits) ??
      invalidId('Identity', request.identity, services.limits, OPTIONAL) ??
      (request.taskQueue?.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY && kind !== 'workflow'
        ? 'TaskQueue kind STICKY is for workflow tasks only.'
        : undefined),
  );
  checkTimeout(context);
  const queue = services.matching.queue(queueKey(namespace.id, kind, request.taskQueue?.name ?? ''));
  return new Promise((resolve, reject) => {
    const poller = new Poller(request.identity, request.workerInstanceKey, (outcome) => {
      stopListening();
      timer.cancel();
      queue.forget(poller);
      if ('error' in outcome) reject(outcome.error);
      // An empty answer must be empty: the official SDKs take anything else for a task.
      else resolve(outcome.task === undefined ? {} : withScaling(outcome.task, poller.scalingDelta));
    });
    const stopListening = context.onCancelled(() => poller.answerEmpty());
    const nowMs = services.clock.nowMs();
    const deadlineMs =
      context.deadlineMs === undefined
        ? Infinity
        : context.deadlineMs - Math.min(DEADLINE_MARGIN_MS, (context.timeoutMs ?? Infinity) / 10);
    const timer = services.clock.callAt(Math.min(deadlineMs, nowMs + services.limits.longPollTimeoutMs), () =>
      poller.answerEmpty(),
    );
    queue.poll(poller, poll.maxTasksPerSecond);
  });
}

/** Workers that adapt how much they poll go by this. */
function withScaling(answer: object, delta: number): object {
  return delta === 0 ? answer : { pollerScalingDecision: { pollRequestDeltaSuggestion: delta }, ...answer };
}

function checkTimeout(context: CallContext): void {
  if (context.timeoutMs === undefined) throw new ServiceError('INVALID_ARGUMENT', 'Context timeout is not set.');
  if (context.timeoutMs < MINIMUM_TIMEOUT_MS)
    throw new ServiceError('INVALID_ARGUMENT', 'Context timeout is too short.');
}
