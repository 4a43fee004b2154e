import type { Poller } from './poller.js';

/** What kind of worker takes a task. */
export type TaskKind = 'workflow' | 'activity' | 'nexus';

/** Names a task queue. */
export interface QueueKey {
  readonly namespaceId: string;
  readonly kind: TaskKind;
  readonly name: string;
}

/** A task that waits for a poller. Light: it only knows where the work is described. */
export interface PendingTask {
  /** 1 is first; 3 is ordinary. */
  readonly priority: number;
  readonly createdMs: number;
  /**
   * Hands the task to a poller that was waiting. Exactly one of two things follows: the poller is answered, or, if the
   * task has become stale meanwhile, the poller is given back to its queue.
   */
  dispatch(poller: Poller): void;
  /** The queue will not be served any more, as when the worker of a sticky queue has gone. */
  abandon(): void;
}
