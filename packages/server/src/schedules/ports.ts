import type { DecideContext, Decision, Limits, StartedExecution } from '@perdure/engine';
import type { workflowservice } from '@perdure/protocol';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { Logger } from '../observability/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';
import type { Store } from '../store/index.js';

/** A start that has been checked, and how it is decided. */
export interface CheckedStart {
  readonly target: RunTarget;
  decide(current: LiveExecution | undefined, context: DecideContext): Decision<StartedExecution>;
}

/** What schedules work with. */
export interface SchedulePorts {
  readonly host: () => ExecutionHost;
  readonly store: Store;
  readonly limits: Limits;
  /** The machine's time, for trying again. */
  readonly clock: Clock;
  /** The time that executions, and so schedules, live in. */
  readonly executionClock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** The name of a namespace; `undefined` when it is gone or being deleted. */
  readonly namespaceName: (namespaceId: string) => string | undefined;
  /** Checks a start as StartWorkflowExecution does; `runId` is what its run will be called. Throws `ServiceError`. */
  readonly checkStart: (request: workflowservice.IStartWorkflowExecutionRequest, runId: string) => CheckedStart;
  /** How much is under way: where time skips, it must not while that is more than nothing. */
  readonly busyChanged?: ((count: number) => void) | undefined;
}
