import type { Duration, Next, SearchAttributePair, TypedSearchAttributes, TypeInfo } from '@perdure/common';
import type { NexusOperationIdConflictPolicy, NexusOperationIdReusePolicy } from './nexus-enums.js';
import type { NexusOperationHandle } from './nexus-handle.js';
import type {
  NexusOperationExecution,
  NexusOperationExecutionCount,
  NexusOperationExecutionDescription,
} from './nexus-types.js';

/** Goes around the calls of a `NexusClient` and its handles. */
export interface NexusClientInterceptor {
  startOperation?: (
    input: StartNexusOperationInput,
    next: Next<this, 'startOperation'>,
  ) => Promise<NexusOperationHandle>;
  getResult?: (input: GetNexusOperationResultInput, next: Next<this, 'getResult'>) => Promise<unknown>;
  describe?: (
    input: DescribeNexusOperationInput,
    next: Next<this, 'describe'>,
  ) => Promise<NexusOperationExecutionDescription>;
  cancel?: (input: CancelNexusOperationInput, next: Next<this, 'cancel'>) => Promise<void>;
  terminate?: (input: TerminateNexusOperationInput, next: Next<this, 'terminate'>) => Promise<void>;
  list?: (input: ListNexusOperationsInput, next: Next<this, 'list'>) => AsyncIterable<NexusOperationExecution>;
  count?: (input: CountNexusOperationsInput, next: Next<this, 'count'>) => Promise<NexusOperationExecutionCount>;
}

/** Input of `startOperation`. */
export interface StartNexusOperationInput {
  readonly endpoint: string;
  readonly service: string;
  readonly operation: string;
  readonly id: string;
  readonly arg: unknown;
  readonly scheduleToCloseTimeout?: Duration;
  readonly scheduleToStartTimeout?: Duration;
  readonly startToCloseTimeout?: Duration;
  readonly summary?: string;
  readonly idReusePolicy?: NexusOperationIdReusePolicy;
  readonly idConflictPolicy?: NexusOperationIdConflictPolicy;
  readonly searchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  readonly headers?: Record<string, string>;
  readonly inputType?: TypeInfo;
  readonly outputType?: TypeInfo;
}

/** Input of `getResult`. */
export interface GetNexusOperationResultInput {
  readonly operationId: string;
  readonly runId?: string;
  readonly outputType?: TypeInfo;
}

/** Input of `describe`. */
export interface DescribeNexusOperationInput {
  readonly operationId: string;
  readonly runId?: string;
}

/** Input of `cancel`. */
export interface CancelNexusOperationInput {
  readonly operationId: string;
  readonly runId?: string;
  readonly reason?: string;
}

/** Input of `terminate`. */
export interface TerminateNexusOperationInput {
  readonly operationId: string;
  readonly runId?: string;
  readonly reason?: string;
}

/** Input of `list`. */
export interface ListNexusOperationsInput {
  readonly query?: string;
  readonly pageSize?: number;
}

/** Input of `count`. */
export interface CountNexusOperationsInput {
  readonly query?: string;
}
