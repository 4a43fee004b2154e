import {
  effectivePriority,
  leaveStickyQueue,
  runPriority,
  startActivityTask,
  takeWorkflowTask,
  type Decision,
  type Effect,
} from '@perdure/engine';
import { enums, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { Matching, PendingTask, Poller, QueueKey, TaskQueue } from '../matching/index.js';
import type { Logger } from '../observability/index.js';
import type { RidingQueriesPort } from '../queries/index.js';
import type { LiveExecution, RunTarget, Shard } from '../shard/index.js';
import { activityTaskResponse } from './activity-task-response.js';
import { workflowTaskResponse, type WorkflowTaskResponsePorts } from './workflow-task-response.js';

const { TaskQueueKind } = enums;
const ORDINARY_PRIORITY = 3;
const LAST_PRIORITY = 5;
/** A task whose hand-over failed for a reason of ours goes back to its queue after this. */
const PUT_BACK_AFTER_MS = 1000;

/** What the dispatcher works with. */
export interface TaskDispatcherPorts extends WorkflowTaskResponsePorts {
  readonly matching: Matching;
  readonly queries: RidingQueriesPort;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Logger;
}

/** A task of an execution on its way to a poller. */
interface OfferedTask {
  readonly shard: Shard;
  readonly queue: TaskQueue;
  readonly pending: PendingTask;
}

/** Thrown inside a decision: nobody is there any more to take the task. */
class PollerGoneError extends Error {}

/**
 * Brings tasks of executions together with pollers. A task is offered the moment it is decided; when a poller takes
 * it, that is a decision of its own, and the poller is answered once both are durable.
 */
export class TaskDispatcher {
  constructor(private readonly ports: TaskDispatcherPorts) {}

  /** Puts a task into its queue. */
  offer(shard: Shard, live: LiveExecution, effect: Extract<Effect, { kind: 'workflowTask' | 'activityTask' }>): void {
    if (effect.kind === 'workflowTask') this.offerWorkflowTask(shard, live, effect.number);
    else this.offerActivityTask(shard, live, effect.scheduledEventId, effect.stamp);
  }

  private offerWorkflowTask(shard: Shard, live: LiveExecution, number: number): void {
    const { key, workflowTask: task } = live.state;
    if (task?.number !== number) return;
    const isSticky = task.taskQueue.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY;
    const queue = this.ports.matching.queue(queueKey(key.namespaceId, 'workflow', task.taskQueue.name ?? ''));
    if (isSticky && !queue.hasRecentPoller()) {
      this.leaveSticky(shard, key, number);
      return;
    }
    const pending: PendingTask = {
      priority: priorityOf(runPriority(live.state)?.priorityKey),
      createdMs: task.scheduledTimeMs,
      dispatch: (poller) => this.giveWorkflowTask({ shard, queue, pending }, key, number, poller),
      abandon: () => this.leaveSticky(shard, key, number),
    };
    queue.offer(pending);
  }

  /** Nobody polls the sticky queue: the task goes to the queue that every worker polls. */
  private leaveSticky(shard: Shard, target: RunTarget, number: number): void {
    shard
      .execute(target, (live, context) => leaveStickyQueue(live.state, number, context))
      .catch((error: unknown) => {
        // The task is lost to its queue, but the sticky timeout of the run brings it to the normal one.
        if (error instanceof ServiceError && error.code !== 'INTERNAL') return;
        this.ports.log.error('Could not move a workflow task from its sticky queue', { ...target, error });
      });
  }

  private giveWorkflowTask(offered: OfferedTask, target: RunTarget, number: number, poller: Poller): void {
    const requestId = this.ports.newId();
    let response: Promise<workflowservice.IPollWorkflowTaskQueueResponse> | undefined;
    const executed = offered.shard.execute(target, (live, context) => {
      const decision = taking(poller, () =>
        takeWorkflowTask(live.state, number, { requestId, identity: poller.identity }, context),
      );
      const state = decision.rejected ? undefined : decision.transitions[0]?.state;
      if (state !== undefined) {
        const partialHistory = state.workflowTask?.taskQueue.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY;
        // The state is installed in this same turn, before anything reads the tail.
        response = Promise.resolve().then(() => {
          const queries = this.ports.queries.ride(live, number);
          return workflowTaskResponse(this.ports, live, state, { partialHistory, queries });
        });
        // Without a commit nobody asks for it; its failure must not surface then.
        response.catch(() => undefined);
      }
      return decision;
    });
    this.answer(offered, poller, executed, () => response);
  }

  private offerActivityTask(shard: Shard, live: LiveExecution, scheduledEventId: number, stamp: number): void {
    const activity = live.state.activities.get(scheduledEventId);
    if (activity === undefined) return;
    const { key } = live.state;
    const { taskQueue, priority } = activity.attributes;
    const queue = this.ports.matching.queue(queueKey(key.namespaceId, 'activity', taskQueue?.name ?? ''));
    const pending: PendingTask = {
      priority: priorityOf(effectivePriority(priority, runPriority(live.state))?.priorityKey),
      createdMs: activity.attemptScheduledTimeMs,
      dispatch: (poller) => this.giveActivityTask({ shard, queue, pending }, key, { scheduledEventId, stamp }, poller),
      abandon: () => queue.offer(pending),
    };
    queue.offer(pending);
  }

  private giveActivityTask(
    offered: OfferedTask,
    target: RunTarget,
    task: { readonly scheduledEventId: number; readonly stamp: number },
    poller: Poller,
  ): void {
    const requestId = this.ports.newId();
    const executed = offered.shard.execute(target, (live, context) =>
      taking(poller, () => startActivityTask(live.state, { ...task, requestId, identity: poller.identity }, context)),
    );
    this.answer(offered, poller, executed, ({ result, transitions }) => {
      const state = transitions[0]?.state;
      return state === undefined ? undefined : activityTaskResponse(state, result);
    });
  }

  /** Answers the poller when the start of its task is durable. */
  private answer<Executed>(
    offered: OfferedTask,
    poller: Poller,
    executed: Promise<Executed>,
    respond: (executed: Executed) => object | Promise<object> | undefined,
  ): void {
    // The worker never hears of a task that cannot be described, which will time out and be tried again.
    const onFailed = (error: unknown): void => poller.fail(asError(error));
    executed.then(
      (done) => {
        try {
          const response = respond(done);
          if (response === undefined) poller.returnToQueue?.();
          else if (response instanceof Promise) response.then((made: object) => poller.answer(made)).catch(onFailed);
          else poller.answer(response);
        } catch (error) {
          onFailed(error);
        }
      },
      (error: unknown) => this.notStarted(offered, poller, error),
    );
  }

  /** The task was not started: the poller waits on, and the task does too unless it is outdated. */
  private notStarted({ shard, queue, pending }: OfferedTask, poller: Poller, error: unknown): void {
    if (error instanceof PollerGoneError) {
      queue.putBack(pending);
      return;
    }
    poller.returnToQueue?.();
    // Whatever opens the shard again offers its tasks again.
    if (shard.isUseless || isOutdated(error)) return;
    this.ports.log.error('Could not hand a task to a worker; trying again', { error });
    const { clock } = this.ports;
    clock.callAt(clock.nowMs() + PUT_BACK_AFTER_MS, () => {
      if (!shard.isUseless) queue.putBack(pending);
    });
  }
}

/** Decides only while somebody is there to take the task. */
function taking<Result>(poller: Poller, decide: () => Decision<Result>): Decision<Result> {
  if (poller.isDone) throw new PollerGoneError('The poll ended while its task was being fetched');
  return decide();
}

function isOutdated(error: unknown): boolean {
  return error instanceof ServiceError && (error.code === 'NOT_FOUND' || error.code === 'ALREADY_EXISTS');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Priorities go from 1, first, to 5. */
function priorityOf(priorityKey: number | null | undefined): number {
  return Math.min(LAST_PRIORITY, Math.max(1, priorityKey || ORDINARY_PRIORITY));
}

/** Names the queue of one kind of tasks. */
export function queueKey(namespaceId: string, kind: QueueKey['kind'], name: string): QueueKey {
  return { namespaceId, kind, name };
}
