import { failureSizeBytes, payloadSizeBytes } from '@perdure/engine';
import { failure, nexus, services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import { failureOfHandlerError } from '../nexus/index.js';
import { decodeNexusTaskToken, type NexusTaskToken } from '../tasks/index.js';
import { method } from './handlers.js';
import { pollTask } from './poll.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/** What a worker calls to handle Nexus operations. */
export function nexusTaskMethods(services: Services): AnyRpcMethod[] {
  const { nexusTasks } = services;
  return [
    method(methods.PollNexusTaskQueue, (request, context) =>
      pollTask(services, { kind: 'nexus', request, maxTasksPerSecond: undefined }, context),
    ),
    method(methods.RespondNexusTaskCompleted, async (request) => {
      const { namespaceId, taskId } = tokenOf(services, request);
      checkResponse(services, request.response);
      const response = request.response && detached(request.response);
      nexusTasks.answer(namespaceId, taskId, { kind: 'response', response });
      return {};
    }),
    method(methods.RespondNexusTaskFailed, async (request) => {
      const { namespaceId, taskId } = tokenOf(services, request);
      nexusTasks.answer(namespaceId, taskId, { kind: 'failure', failure: checkedFailure(services, request) });
      return {};
    }),
  ];
}

function tokenOf(
  { namespaces }: Services,
  request: { readonly namespace: string; readonly taskToken: Uint8Array },
): NexusTaskToken {
  const token = decodeNexusTaskToken(request.taskToken);
  if (namespaces.resolve(request.namespace).id === token.namespaceId) return token;
  throw new ServiceError('INVALID_ARGUMENT', 'Operation requested with a token from a different namespace.');
}

/** The request may be a view on the buffer of a connection, and what it answers outlives it. */
function detached(response: nexus.Response): nexus.Response {
  return nexus.Response.decode(nexus.Response.encode(response));
}

function checkResponse({ limits }: Services, response: nexus.Response | undefined): void {
  const { syncSuccess, failure: given } = response?.startOperation ?? {};
  const sizeBytes = payloadSizeBytes(syncSuccess?.payload);
  if (sizeBytes > limits.payloadSizeBytes)
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Result of the Nexus operation exceeds size limit: ${sizeBytes} bytes, at most ${limits.payloadSizeBytes} are allowed.`,
    );
  if (given === undefined || given.applicationFailureInfo !== undefined || given.canceledFailureInfo !== undefined)
    return;
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'Failure of the start of a Nexus operation must have ApplicationFailureInfo or CanceledFailureInfo.',
  );
}

function checkedFailure(
  { limits }: Services,
  { error, failure: given }: workflowservice.RespondNexusTaskFailedRequest,
): failure.IFailure {
  if (given?.nexusHandlerFailureInfo === undefined && error === undefined)
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Failure of a Nexus task not set on request: give one with NexusHandlerFailureInfo, or an error.',
    );
  const whole = given ?? failureOfHandlerError(error ?? {});
  const sizeBytes = failureSizeBytes(whole);
  if (sizeBytes > limits.payloadSizeBytes)
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `Failure of the Nexus task exceeds size limit: ${sizeBytes} bytes, at most ${limits.payloadSizeBytes} are allowed.`,
    );
  return failure.Failure.decode(failure.Failure.encode(whole));
}
