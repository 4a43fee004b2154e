import type * as nexus from 'nexus-rpc';
import { msOptionalToTs, type Duration } from '@perdure/common';
import type { CallSite } from '@perdure/common/activation';
import {
  composeInterceptors,
  makeProtoEnumConverters,
  userMetadataToPayload,
  toNamedPayload,
} from '@perdure/common/internal';
import type { google } from '@perdure/protocol';
import { CancellationScope } from './cancellation-scope.js';
import type {
  StartNexusOperationInput,
  StartNexusOperationOptions,
  StartNexusOperationOutput,
} from './interceptors.js';
import { currentExecution } from './runtime/current.js';
import { calledAt, callSite, listenFor, type Execution, type Waiting } from './runtime/execution.js';

/** Calls the operations of a service at an endpoint. */
export interface NexusServiceClient<T extends nexus.ServiceDefinition> {
  /** Starts an operation and waits for its result. */
  executeOperation<O extends T['operations'][keyof T['operations']]>(
    op: O,
    input: nexus.OperationInput<O>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<nexus.OperationOutput<O>>;
  executeOperation<K extends nexus.OperationKey<T['operations']>>(
    op: K,
    input: nexus.OperationInput<T['operations'][K]>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<nexus.OperationOutput<T['operations'][K]>>;
  /** Starts an operation. */
  startOperation<O extends T['operations'][keyof T['operations']]>(
    op: O,
    input: nexus.OperationInput<O>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationHandle<nexus.OperationOutput<O>>>;
  startOperation<K extends nexus.OperationKey<T['operations']>>(
    op: K,
    input: nexus.OperationInput<T['operations'][K]>,
    options?: Partial<StartNexusOperationOptions>,
  ): Promise<NexusOperationHandle<nexus.OperationOutput<T['operations'][K]>>>;
}

/** An operation that has started. */
export interface NexusOperationHandle<T> {
  readonly service: string;
  readonly operation: string;
  /** Empty if it answered at once. */
  readonly token?: string;
  result(): Promise<T>;
}

/** Which service, and where. */
export interface NexusServiceClientOptions<T> {
  endpoint: string;
  service: T;
}

/** What cancelling an operation means for whoever waits for it. */
export const NexusOperationCancellationType = {
  ABANDON: 'ABANDON',
  TRY_CANCEL: 'TRY_CANCEL',
  WAIT_CANCELLATION_REQUESTED: 'WAIT_CANCELLATION_REQUESTED',
  WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED',
} as const;
/** One of them. */
export type NexusOperationCancellationType =
  (typeof NexusOperationCancellationType)[keyof typeof NexusOperationCancellationType];

const cancellationNumbers = {
  WAIT_CANCELLATION_COMPLETED: 0,
  ABANDON: 1,
  TRY_CANCEL: 2,
  WAIT_CANCELLATION_REQUESTED: 3,
} as const;
const [encodeCancellationType] = makeProtoEnumConverters<typeof cancellationNumbers, ''>(cancellationNumbers, '');

/** What is known of an operation by the definition of its service. */
type Operation = Pick<nexus.OperationDefinition<unknown, unknown>, 'name' | 'inputType' | 'outputType'>;

/** A client of a Nexus service, for workflow code. */
export function createNexusServiceClient<T extends nexus.ServiceDefinition>(
  options: NexusServiceClientOptions<T>,
): NexusServiceClient<T> {
  const { endpoint, service } = options;
  if (!endpoint) throw new TypeError('createNexusServiceClient needs the name of an endpoint');
  const start = async (
    op: string | Operation,
    input: unknown,
    operationOptions: Partial<StartNexusOperationOptions> = {},
  ): Promise<NexusOperationHandle<unknown>> => {
    const operations: Partial<Record<string, Operation>> = service.operations;
    const named = typeof op === 'string' && Object.hasOwn(operations, op) ? operations[op] : op;
    if (typeof named !== 'object') throw new TypeError(`Service ${service.name} has no operation '${String(op)}'`);
    const { name: operation, inputType, outputType } = named;
    const execution = currentExecution();
    const run = composeInterceptors(execution.interceptors.outbound, 'startNexusOperation', startNexusOperation);
    const { token, result } = await run({
      endpoint,
      service: service.name,
      operation,
      options: operationOptions,
      headers: {},
      seq: execution.next('nexus'),
      input,
      inputType,
      outputType,
    });
    return { service: service.name, operation, token, result: () => result };
  };
  return {
    startOperation: start,
    executeOperation: async (
      op: string | Operation,
      input: unknown,
      operationOptions?: Partial<StartNexusOperationOptions>,
    ) => await (await start(op, input, operationOptions)).result(),
  } as NexusServiceClient<T>;
}

function duration(value: Duration | undefined): google.IDuration | undefined {
  return msOptionalToTs(value);
}

async function startNexusOperation(input: StartNexusOperationInput): Promise<StartNexusOperationOutput> {
  const { seq, endpoint, service, operation, options, headers } = input;
  const execution = currentExecution();
  const site = callSite(startNexusOperation);
  const { nexusStarts, nexusResults } = execution.waiting;
  const { payloadConverter, serializationContext } = execution;
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) return await scope.cancelRequested;
  const argument = argumentOf(input, execution, site);
  const typeInfo = { outputType: input.outputType };
  let waiting: Waiting | undefined;
  const result = new Promise<unknown>((resolve, reject) => {
    waiting = { resolve, reject, site, typeInfo };
    nexusResults.set(seq, waiting);
  });
  result.catch(() => undefined);
  const started = new Promise<string | undefined>((resolve, reject) => nexusStarts.set(seq, { resolve, reject, site }));
  execution.push({
    kind: 'scheduleNexusOperation',
    seq,
    endpoint,
    service,
    operation,
    nexusHeader: headers,
    input: argument,
    scheduleToCloseTimeout: duration(options.scheduleToCloseTimeout),
    scheduleToStartTimeout: duration(options.scheduleToStartTimeout),
    startToCloseTimeout: duration(options.startToCloseTimeout),
    cancellationType: encodeCancellationType(options.cancellationType) ?? 0,
    userMetadata: userMetadataToPayload(payloadConverter, options.summary, undefined, serializationContext),
    callSite: site,
  });
  if (scope.cancellable && waiting !== undefined) {
    listenFor(waiting, scope, () => {
      if (nexusResults.has(seq)) execution.push({ kind: 'requestCancelNexusOperation', seq, callSite: site });
    });
  }
  return { token: await started, result };
}

function argumentOf({ input, inputType, operation }: StartNexusOperationInput, execution: Execution, site: CallSite) {
  const { payloadConverter, serializationContext } = execution;
  const what = `The input of Nexus operation "${operation}"`;
  try {
    return toNamedPayload(payloadConverter, input, serializationContext, inputType, what);
  } catch (error) {
    throw calledAt(error, site);
  }
}
