import { randomUUID } from 'node:crypto';
import {
  encodeUnifiedSearchAttributes,
  msOptionalToTs,
  typedSearchAttributePayloadConverter,
} from '@perdure/common/internal';
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
  encodeToPayload,
  encodeUserMetadata,
} from '@perdure/common/internal/conversion';
import { enums, type workflowservice } from '@perdure/protocol';
import { listed } from '../listed.js';
import type { CallScope } from '../workflow/call-scope.js';
import { decodeListedOperation, decodeOperationDescription } from './description.js';
import { NexusOperationFailureError, throwNexusError, throwStartNexusError } from './errors.js';
import type {
  CancelNexusOperationInput,
  CountNexusOperationsInput,
  DescribeNexusOperationInput,
  GetNexusOperationResultInput,
  ListNexusOperationsInput,
  StartNexusOperationInput,
  TerminateNexusOperationInput,
} from './interceptors.js';
import { encodeNexusOperationIdConflictPolicy, encodeNexusOperationIdReusePolicy } from './nexus-enums.js';
import type {
  NexusOperationExecution,
  NexusOperationExecutionCount,
  NexusOperationExecutionDescription,
} from './nexus-types.js';

/** Which run of an operation is meant. */
interface Target {
  readonly operationId: string;
  readonly runId?: string;
}

/** Starts an operation; the id of its run. */
export async function startOperation(scope: CallScope, input: StartNexusOperationInput): Promise<string> {
  const request = await startOperationRequest(scope, input);
  const { runId } = await scope.service
    .startNexusOperationExecution(request)
    .catch((error: unknown) => throwStartNexusError(error, input.id));
  return runId;
}

/** Waits for the result of an operation. Rejects with {@link NexusOperationFailureError} if it does not complete. */
export async function operationResult(
  scope: CallScope,
  { outputType, ...target }: GetNexusOperationResultInput,
): Promise<unknown> {
  const { result, failure } = await closedOperation(scope, target);
  const cause = await decodeOptionalFailureToOptionalError(scope.dataConverter, failure);
  if (cause !== undefined) throw new NexusOperationFailureError(`Nexus operation failed: ${cause.message}`, cause);
  return decodeFromPayloadsAtIndex(scope.dataConverter, 0, result && [result], undefined, outputType);
}

/** What the server knows about an operation. */
export async function describeOperation(
  scope: CallScope,
  target: DescribeNexusOperationInput,
): Promise<NexusOperationExecutionDescription> {
  const response = await scope.service
    .describeNexusOperationExecution(question(scope, target))
    .catch(thrower('Failed to describe Nexus operation', target));
  return decodeOperationDescription(scope.dataConverter, response);
}

/** Asks an operation to end. */
export async function cancelOperation(scope: CallScope, input: CancelNexusOperationInput): Promise<void> {
  await scope.service
    .requestCancelNexusOperationExecution({ ...order(scope, input), reason: input.reason })
    .catch(thrower('Failed to cancel Nexus operation', input));
}

/** Ends an operation at once. */
export async function terminateOperation(scope: CallScope, input: TerminateNexusOperationInput): Promise<void> {
  await scope.service
    .terminateNexusOperationExecution({ ...order(scope, input), reason: input.reason })
    .catch(thrower('Failed to terminate Nexus operation', input));
}

/** The operations that match a query. */
export function listOperations(
  scope: CallScope,
  { query, pageSize }: ListNexusOperationsInput,
): AsyncIterable<NexusOperationExecution> {
  return listed(
    (nextPageToken) =>
      scope.service
        .listNexusOperationExecutions({ namespace: scope.namespace, query, pageSize, nextPageToken })
        .catch(thrower('Failed to list Nexus operations')),
    (page) => page.operations,
    decodeListedOperation,
  );
}

/** How many operations match a query. */
export async function countOperations(
  scope: CallScope,
  { query }: CountNexusOperationsInput,
): Promise<NexusOperationExecutionCount> {
  const { count, groups } = await scope.service
    .countNexusOperationExecutions({ namespace: scope.namespace, query })
    .catch(thrower('Failed to count Nexus operations'));
  return {
    count: Number(count),
    groups: groups.map((group) => ({
      count: Number(group.count),
      groupValues: group.groupValues.map((value) => typedSearchAttributePayloadConverter.fromPayload(value)),
    })),
  };
}

async function startOperationRequest(
  scope: CallScope,
  input: StartNexusOperationInput,
): Promise<workflowservice.IStartNexusOperationExecutionRequest> {
  const { dataConverter, namespace, identity } = scope;
  const { searchAttributes } = input;
  return {
    namespace,
    identity,
    requestId: randomUUID(),
    operationId: input.id,
    endpoint: input.endpoint,
    service: input.service,
    operation: input.operation,
    scheduleToCloseTimeout: msOptionalToTs(input.scheduleToCloseTimeout),
    scheduleToStartTimeout: msOptionalToTs(input.scheduleToStartTimeout),
    startToCloseTimeout: msOptionalToTs(input.startToCloseTimeout),
    input: await encodeToPayload(
      dataConverter,
      input.arg,
      undefined,
      input.inputType,
      `The input of operation "${input.operation}"`,
    ),
    idReusePolicy: encodeNexusOperationIdReusePolicy(input.idReusePolicy),
    idConflictPolicy: encodeNexusOperationIdConflictPolicy(input.idConflictPolicy),
    searchAttributes:
      searchAttributes === undefined
        ? undefined
        : { indexedFields: encodeUnifiedSearchAttributes(undefined, searchAttributes) },
    nexusHeader: input.headers,
    userMetadata: await encodeUserMetadata(dataConverter, input.summary, undefined),
  };
}

/** Asks until the operation is closed: the server answers without an outcome when a poll has waited long enough. */
async function closedOperation(
  scope: CallScope,
  target: Target,
): Promise<workflowservice.PollNexusOperationExecutionResponse> {
  const waitStage = enums.NexusOperationWaitStage.NEXUS_OPERATION_WAIT_STAGE_CLOSED;
  for (;;) {
    const answer = await scope.service
      .pollNexusOperationExecution({ ...question(scope, target), waitStage })
      .catch(thrower('Failed to poll Nexus operation result', target));
    if (answer.result !== undefined || answer.failure !== undefined) return answer;
  }
}

function question({ namespace }: CallScope, { operationId, runId }: Target) {
  return { namespace, operationId, runId } satisfies workflowservice.IPollNexusOperationExecutionRequest;
}

function order(scope: CallScope, target: Target) {
  return { ...question(scope, target), identity: scope.identity, requestId: randomUUID() };
}

function thrower(fallbackMessage: string, target?: Target): (error: unknown) => never {
  return (error) => throwNexusError(error, fallbackMessage, target?.operationId, target?.runId);
}
