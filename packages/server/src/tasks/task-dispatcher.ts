import { startActivityTask, takeWorkflowTask, leaveStickyQueue, type Effect } from '@perdure/engine';
import { enums, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Matching, Poller, QueueKey } from '../matching/index.js';
import type { Logger } from '../observability/index.js';
import type { RidingQueriesPort } from '../queries/index.js';
import type { LiveExecution, RunTarget, Shard } from '../shard/index.js';
import { activityTaskResponse } from './activity-task-response.js';
import { workflowTaskResponse, type WorkflowTaskResponsePorts } from './workflow-task-response.js';

const { TaskQueueKind } = enums;
const ORDINARY_PRIORITY = 3;

export interface TaskDispatcherPorts extends WorkflowTaskResponsePorts {
  readonly matching: Matching;
  readonly queries: RidingQueriesPort;
  readonly newId: () => string;
  readonly log: Logger;
}

/**
 * Brings tasks of executions together with pollers. A task is offered the moment it is decided; when a poller takes
 * it, that is a decision of its own, and the poller is answered once both are durable.
 */
export class TaskDispatcher {
  constructor(private readonly ports: TaskDispatcherPorts) {}

  offer(shard: Shard, live: LiveExecution, effect: Extract<Effect, { kind: 'workflowTask' | 'activityTask' }>): void {
    if (effect.kind === 'workflowTask') this.offerWorkflowTask(shard, live, effect.number);
    else this.offerActivityTask(shard, live, effect.scheduledEventId, effect.stamp);
  }

  private offerWorkflowTask(shard: Shard, live: LiveExecution, number: number): void {
    const { state } = live;
    const task = state.workflowTask;
    if (task?.number !== number) return;
    const isSticky = task.taskQueue.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY;
    const queue = this.ports.matching.queue(queueKey(state.key.namespaceId, 'workflow', task.taskQueue.name ?? ''));
    if (isSticky && !queue.hasRecentPoller()) {
      this.leaveSticky(shard, state.key, number);
      return;
    }
    const target = state.key;
    queue.offer({
      priority: state.started.priority?.priorityKey || ORDINARY_PRIORITY,
      createdMs: task.scheduledTimeMs,
      dispatch: (poller) => this.giveWorkflowTask(shard, target, number, poller),
      abandon: () => this.leaveSticky(shard, target, number),
    });
  }

  private leaveSticky(shard: Shard, target: RunTarget, number: number): void {
    this.settle(shard.execute(target, (live, context) => leaveStickyQueue(live.state, number, context)), 'leave a sticky queue');
  }

  private giveWorkflowTask(shard: Shard, target: RunTarget, number: number, poller: Poller): void {
    const requestId = this.ports.newId();
    let response: Promise<workflowservice.IPollWorkflowTaskQueueResponse> | undefined;
    const executed = shard.execute(target, (live, context) => {
      const decision = takeWorkflowTask(live.state, number, { requestId, identity: poller.identity }, context);
      const state = decision.rejected ? undefined : decision.transitions[0]?.state;
      if (state !== undefined) {
        const isSticky = state.workflowTask?.taskQueue.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY;
        // The state is installed in this same turn, before anything reads the tail.
        response = Promise.resolve().then(() =>
          workflowTaskResponse(this.ports, live, state, { partialHistory: isSticky, queries: this.ports.queries.ride(live, number) }),
        );
      }
      return decision;
    });
    this.answer(poller, executed, () => response);
  }

  private offerActivityTask(shard: Shard, live: LiveExecution, scheduledEventId: number, stamp: number): void {
    const activity = live.state.activities.get(scheduledEventId);
    if (activity === undefined) return;
    const { key } = live.state;
    const queue = this.ports.matching.queue(queueKey(key.namespaceId, 'activity', activity.attributes.taskQueue?.name ?? ''));
    queue.offer({
      priority: activity.attributes.priority?.priorityKey || ORDINARY_PRIORITY,
      createdMs: activity.attemptScheduledTimeMs,
      dispatch: (poller) => this.giveActivityTask(shard, key, scheduledEventId, stamp, poller),
      abandon: () => undefined,
    });
  }

  private giveActivityTask(shard: Shard, target: RunTarget, scheduledEventId: number, stamp: number, poller: Poller): void {
    const requestId = this.ports.newId();
    const executed = shard.execute(target, (live, context) =>
      startActivityTask(live.state, { scheduledEventId, stamp, requestId, identity: poller.identity }, context),
    );
    this.answer(poller, executed, ({ result, transitions }) => {
      const state = transitions[0]?.state;
      return state === undefined ? undefined : Promise.resolve(activityTaskResponse(state, result));
    });
  }

  /** Answers the poller when the start of its task is durable; a stale task gives the poller back. */
  private answer<Executed>(poller: Poller, executed: Promise<Executed>, respond: (executed: Executed) => Promise<object> | undefined): void {
    executed
      .then(async (done) => {
        const response = await respond(done);
        if (response === undefined) poller.returnToQueue?.();
        else poller.answer(response);
      })
      .catch((error: unknown) => {
        if (error instanceof ServiceError && (error.code === 'NOT_FOUND' || error.code === 'ALREADY_EXISTS')) {
          poller.returnToQueue?.();
          return;
        }
        poller.fail(error instanceof Error ? error : new Error(String(error)));
      });
  }

  private settle(work: Promise<unknown>, what: string): void {
    work.catch((error: unknown) => {
      if (error instanceof ServiceError && error.code !== 'INTERNAL') return;
      this.ports.log.error(`Could not ${what}`, { error });
    });
  }
}

export function queueKey(namespaceId: string, kind: QueueKey['kind'], name: string): QueueKey {
  return { namespaceId, kind, name };
}
