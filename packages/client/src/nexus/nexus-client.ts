import type { Next, TypeInfo } from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type * as nexus from 'nexus-rpc';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from '../base-client.js';
import type { CallScope } from '../workflow/call-scope.js';
import type { NexusClientInterceptor } from './interceptors.js';
import type { NexusOperationHandle, NexusOperationHandleResult, NexusServiceClient } from './nexus-handle.js';
import type {
  GetNexusOperationHandleOptions,
  ListNexusOperationsOptions,
  NexusOperationExecution,
  NexusOperationExecutionCount,
  StartNexusOperationOptions,
} from './nexus-types.js';
import {
  cancelOperation,
  countOperations,
  describeOperation,
  listOperations,
  operationResult,
  startOperation,
  terminateOperation,
} from './outside-calls.js';

/** How a client for Nexus operations is made. */
export interface NexusClientOptions extends BaseClientOptions {
  /** Go around the calls of this client, the first one outermost. */
  interceptors?: NexusClientInterceptor[];
}

/** Options with everything filled in. */
export type LoadedNexusClientOptions = LoadedWithDefaults<NexusClientOptions>;

/** What is known of an operation by the definition of its service. */
type Operation = Pick<nexus.OperationDefinition<unknown, unknown>, 'name' | 'inputType' | 'outputType'>;

/** Starts Nexus operations without a workflow and makes handles to them. */
export class NexusClient extends BaseClient {
  readonly options: LoadedNexusClientOptions;
  private readonly scope: CallScope;

  constructor(options?: NexusClientOptions) {
    super(options);
    const filledIn = withBaseDefaults(options);
    const { namespace, identity } = filledIn;
    const { dataConverter } = this;
    this.options = { ...filledIn, interceptors: options?.interceptors ?? [], loadedDataConverter: dataConverter };
    this.scope = { service: this.connection.workflowService, namespace, identity, dataConverter };
  }

  /** A client for the operations of one service at one endpoint. */
  createServiceClient<T extends nexus.ServiceDefinition>({
    endpoint,
    service,
  }: {
    endpoint: string;
    service: T;
  }): NexusServiceClient<T> {
    const start = async (
      op: string | Operation,
      arg: unknown,
      options: StartNexusOperationOptions,
    ): Promise<NexusOperationHandle> => {
      const operation = operationOf(service, op);
      const { inputType, outputType } = operation;
      const around = this.around('startOperation', async (input) => {
        const runId = await startOperation(this.scope, input);
        return this.handle({ operationId: input.id, runId, outputType: input.outputType });
      });
      const where = { endpoint, service: service.name, operation: operation.name };
      return around({ ...given(options), ...where, arg, inputType, outputType });
    };
    const execute = async (
      op: string | Operation,
      arg: unknown,
      options: StartNexusOperationOptions,
    ): Promise<unknown> => (await start(op, arg, options)).result();
    return { endpoint, service, startOperation: start, executeOperation: execute } as NexusServiceClient<T>;
  }

  /**
   * A handle to an operation, which need not exist. Without a run id it means the latest run at the time of each call.
   * `T` is the type of the operation's definition or of its result.
   */
  getHandle<T>(
    operationId: string,
    options?: GetNexusOperationHandleOptions,
  ): NexusOperationHandle<NexusOperationHandleResult<T>> {
    return this.handle({ operationId, runId: options?.runId, outputType: options?.typeInfo?.outputType });
  }

  /** The operations that match a query; all of the namespace without one. Every iteration asks the server anew. */
  list({ query, pageSize }: ListNexusOperationsOptions = {}): AsyncIterable<NexusOperationExecution> {
    return this.around('list', (input) => listOperations(this.scope, input))({ query, pageSize });
  }

  /** How many operations match a query. */
  async count(query?: string): Promise<NexusOperationExecutionCount> {
    return this.around('count', (input) => countOperations(this.scope, input))({ query });
  }

  private handle<O>({
    outputType,
    ...target
  }: {
    readonly operationId: string;
    readonly runId: string | undefined;
    readonly outputType: TypeInfo | undefined;
  }): NexusOperationHandle<O> {
    const { scope } = this;
    return {
      ...target,
      client: this,
      result: async () =>
        (await this.around('getResult', (input) => operationResult(scope, input))({ ...target, outputType })) as O,
      describe: async () => this.around('describe', (input) => describeOperation(scope, input))(target),
      cancel: async (reason) => this.around('cancel', (input) => cancelOperation(scope, input))({ ...target, reason }),
      terminate: async (reason) =>
        this.around('terminate', (input) => terminateOperation(scope, input))({ ...target, reason }),
    };
  }

  private around<Method extends keyof NexusClientInterceptor>(
    method: Method,
    call: Next<NexusClientInterceptor, Method>,
  ): Next<NexusClientInterceptor, Method> {
    return composeInterceptors(this.options.interceptors, method, call);
  }
}

function operationOf(service: nexus.ServiceDefinition, op: string | Operation): Operation {
  if (typeof op !== 'string') return op;
  const operations: Partial<Record<string, Operation>> = service.operations;
  const operation = Object.hasOwn(operations, op) ? operations[op] : undefined;
  if (operation === undefined) throw new TypeError(`Service ${service.name} has no operation '${op}'`);
  return operation;
}

/** The options that interceptors see, by name: what else callers put there goes no further. */
function given(options: StartNexusOperationOptions): StartNexusOperationOptions {
  const { id, summary, headers, searchAttributes, idReusePolicy, idConflictPolicy } = options;
  const { scheduleToCloseTimeout, scheduleToStartTimeout, startToCloseTimeout } = options;
  if (!id) throw new TypeError('id is required');
  return {
    id,
    scheduleToCloseTimeout,
    scheduleToStartTimeout,
    startToCloseTimeout,
    summary,
    idReusePolicy,
    idConflictPolicy,
    searchAttributes,
    headers,
  };
}
