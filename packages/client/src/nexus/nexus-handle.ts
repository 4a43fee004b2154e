import type * as nexus from 'nexus-rpc';
import type { Any } from '../any.js';
import type { NexusClient } from './nexus-client.js';
import type {
  DescribeNexusOperationOptions,
  NexusOperationExecutionDescription,
  StartNexusOperationOptions,
} from './nexus-types.js';

/** One Nexus operation that stands alone. */
export interface NexusOperationHandle<O = unknown> {
  readonly operationId: string;
  /** The latest run at the time of each call, if there is none. */
  readonly runId?: string;
  /** The client that made this handle. */
  readonly client: NexusClient;
  /** Waits until the operation closes. Rejects with `NexusOperationFailureError` if it does not complete. */
  result(): Promise<O>;
  /** What the server knows of it. */
  describe(options?: DescribeNexusOperationOptions): Promise<NexusOperationExecutionDescription>;
  /** Asks the operation to end. */
  cancel(reason?: string): Promise<void>;
  /** Ends the operation at once, as far as the caller is concerned. */
  terminate(reason?: string): Promise<void>;
}

/** The output of an operation definition; any other type is that of the output itself. */
export type NexusOperationHandleResult<T> = T extends nexus.OperationDefinition<Any, infer O> ? O : T;

/** Starts the operations of a service at an endpoint. */
export interface NexusServiceClient<T extends nexus.ServiceDefinition> {
  readonly endpoint: string;
  readonly service: T;
  /** Starts an operation. Rejects with `NexusOperationAlreadyStartedError` if the id is taken. */
  startOperation<Op extends T['operations'][keyof T['operations']]>(
    operation: Op,
    input: nexus.OperationInput<Op>,
    options: StartNexusOperationOptions,
  ): Promise<NexusOperationHandle<nexus.OperationOutput<Op>>>;
  startOperation<K extends nexus.OperationKey<T['operations']>>(
    op: K,
    input: nexus.OperationInput<T['operations'][K]>,
    options: StartNexusOperationOptions,
  ): Promise<NexusOperationHandle<nexus.OperationOutput<T['operations'][K]>>>;
  /** Starts an operation and waits for its result. */
  executeOperation<Op extends T['operations'][keyof T['operations']]>(
    operation: Op,
    input: nexus.OperationInput<Op>,
    options: StartNexusOperationOptions,
  ): Promise<nexus.OperationOutput<Op>>;
  executeOperation<K extends nexus.OperationKey<T['operations']>>(
    op: K,
    input: nexus.OperationInput<T['operations'][K]>,
    options: StartNexusOperationOptions,
  ): Promise<nexus.OperationOutput<T['operations'][K]>>;
}
