import {
  closeActivity,
  heartbeatActivity,
  alreadyCompleted,
  invalidId,
  isClosed,
  failureSizeBytes,
  invalidPayloads,
  type ActivityOutcome,
  type ExecutionKey,
} from '@perdure/engine';
import { services as api, type common, type failure } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';
import { decodeActivityTaskToken } from '../tasks/index.js';
import { method } from './handlers.js';
import { pollTask } from './poll.js';
import { refuse, runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/** How a worker or an outside caller names the activity it speaks of. */
interface ActivityTarget {
  readonly run: RunTarget;
  readonly find: (live: LiveExecution) => { readonly scheduledEventId: number; readonly attempt: number | undefined };
}

/** Everything an activity worker calls, by token and by id. */
export function activityMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.PollActivityTaskQueue, (request, context) =>
      pollTask(
        services,
        { kind: 'activity', request, maxTasksPerSecond: request.taskQueueMetadata?.maxTasksPerSecond?.value },
        context,
      ),
    ),
    ...heartbeatMethods(services),
    ...completionMethods(services),
    ...failureMethods(services),
  ];
}

function heartbeatMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.RecordActivityTaskHeartbeat, (request) => heartbeat(services, byToken(services, request), request)),
    method(methods.RecordActivityTaskHeartbeatById, (request) => heartbeat(services, byId(services, request), request)),
  ];
}

/** Details that are too large fail the activity, for its next heartbeat would hardly bring fewer; its worker is told to stop. */
async function heartbeat(
  services: Services,
  target: ActivityTarget,
  { details, identity }: { readonly details?: common.IPayloads | undefined; readonly identity: string },
) {
  const tooLarge = invalidPayloads('RecordActivityTaskHeartbeatRequest.Details', details, services.limits);
  if (tooLarge !== undefined) {
    await close(services, target, failedByServer(tooLarge, identity));
    return { cancelRequested: true };
  }
  const { result } = await services.host.execute(target.run, (live, context) =>
    heartbeatActivity(live.state, target.find(live), details, context),
  );
  return { cancelRequested: result.cancelRequested };
}

function completionMethods(services: Services): AnyRpcMethod[] {
  const { limits } = services;
  return [
    method(methods.RespondActivityTaskCompleted, (request) =>
      close(services, byToken(services, request), completed(request, limits)),
    ),
    method(methods.RespondActivityTaskCompletedById, (request) =>
      close(services, byId(services, request), completed(request, limits)),
    ),
    method(methods.RespondActivityTaskCanceled, (request) =>
      close(services, byToken(services, request), canceled(request, limits)),
    ),
    method(methods.RespondActivityTaskCanceledById, (request) =>
      close(services, byId(services, request), canceled(request, limits)),
    ),
  ];
}

function failureMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.RespondActivityTaskFailed, async (request) => {
      await close(services, byToken(services, request), failed(request, services.limits));
      return { failures: [] };
    }),
    method(methods.RespondActivityTaskFailedById, async (request) => {
      await close(services, byId(services, request), failed(request, services.limits));
      return { failures: [] };
    }),
  ];
}

/** A result that is too large fails the activity: trying again would not make it smaller. */
function completed(
  { result, identity }: { readonly result?: common.IPayloads | undefined; readonly identity: string },
  limits: Services['limits'],
): ActivityOutcome {
  const tooLarge = invalidPayloads('RespondActivityTaskCompletedRequest.Result', result, limits);
  if (tooLarge === undefined) return { kind: 'completed', result, identity };
  return failedByServer(tooLarge, identity);
}

function failedByServer(message: string, identity: string, cause?: failure.IFailure): ActivityOutcome {
  return {
    kind: 'failed',
    identity,
    failure: { message, source: 'Server', serverFailureInfo: { nonRetryable: true }, cause },
  };
}

function canceled(
  { details, identity }: { readonly details?: common.IPayloads | undefined; readonly identity: string },
  limits: Services['limits'],
): ActivityOutcome {
  const tooLarge = invalidPayloads('RespondActivityTaskCanceledRequest.Details', details, limits);
  return tooLarge === undefined ? { kind: 'canceled', details, identity } : failedByServer(tooLarge, identity);
}

/** How much of the message of a failure that is too large is kept. */
const KEPT_MESSAGE_LENGTH = 4_000;

/** A failure that is too large, in history and in every description of the run, ends the activity too; its heading is kept. */
function failed(
  request: {
    readonly failure?: failure.IFailure | undefined;
    readonly identity: string;
    readonly lastHeartbeatDetails?: common.IPayloads | undefined;
  },
  limits: Services['limits'],
): ActivityOutcome {
  const sizeBytes = failureSizeBytes(request.failure);
  if (sizeBytes > limits.payloadSizeBytes) {
    const { message, source, applicationFailureInfo: info } = request.failure ?? {};
    return failedByServer(
      `RespondActivityTaskFailedRequest.Failure exceeds size limit: ${sizeBytes} bytes, at most ${limits.payloadSizeBytes} are allowed.`,
      request.identity,
      {
        message: message?.slice(0, KEPT_MESSAGE_LENGTH),
        source,
        applicationFailureInfo: { type: info?.type?.slice(0, KEPT_MESSAGE_LENGTH), nonRetryable: true },
      },
    );
  }
  return {
    kind: 'failed',
    failure: request.failure,
    identity: request.identity,
    lastHeartbeatDetails: request.lastHeartbeatDetails,
  };
}

async function close(
  services: Services,
  target: ActivityTarget,
  outcome: ActivityOutcome,
): Promise<Record<string, never>> {
  await services.host.execute(target.run, (live, context) =>
    closeActivity(live.state, target.find(live), outcome, context),
  );
  return {};
}

function byToken(
  { namespaces }: Services,
  request: { readonly taskToken: Uint8Array; readonly namespace: string },
): ActivityTarget {
  const token = decodeActivityTaskToken(request.taskToken);
  checkNamespace(namespaces.resolve(request.namespace).id, token.key);
  const { scheduledEventId, attempt } = token;
  return { run: token.key, find: () => ({ scheduledEventId, attempt }) };
}

/** A token is bound to the namespace it was made in. */
export function checkNamespace(namespaceId: string, key: ExecutionKey): void {
  if (key.namespaceId !== namespaceId)
    throw new ServiceError('INVALID_ARGUMENT', 'Operation requested with a token from a different namespace.');
}

function byId(
  { namespaces, limits }: Services,
  request: {
    readonly namespace: string;
    readonly workflowId: string;
    readonly runId: string;
    readonly activityId: string;
  },
): ActivityTarget {
  const namespace = namespaces.resolve(request.namespace);
  const { workflowId, runId, activityId } = request;
  refuse(invalidId('ActivityID', activityId, limits));
  if (workflowId === '') throw noStandaloneActivity(activityId);
  const run = runTarget(namespace.id, { workflowId, runId });
  return {
    run,
    find: (live) => {
      if (isClosed(live.state)) throw ServiceError.fromRejection(alreadyCompleted(live.state));
      const scheduledEventId = live.state.activityIds.get(activityId);
      if (scheduledEventId === undefined) {
        throw new ServiceError(
          'NOT_FOUND',
          `cannot find pending activity with ActivityID ${activityId}, check workflow execution history for more details`,
          { type: 'NotFoundFailure', fields: {} },
        );
      }
      return { scheduledEventId, attempt: undefined };
    },
  };
}

/** Without a workflow id, an activity is meant that has no workflow. */
function noStandaloneActivity(activityId: string): ServiceError {
  const message = `activity not found for ID: ${activityId}. WorkflowId is not set, and this server has no activities without a workflow.`;
  return new ServiceError('NOT_FOUND', message, { type: 'NotFoundFailure', fields: {} });
}
