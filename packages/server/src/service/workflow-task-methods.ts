import {
  completeWorkflowTask,
  invalidId,
  reportWorkflowTaskFailure,
  resetStickyQueue,
  type WorkflowTaskCompletion,
} from '@perdure/engine';
import { services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { Executed, LiveExecution } from '../shard/index.js';
import { activityTaskResponse, decodeWorkflowTaskToken, queueKey, workflowTaskResponse } from '../tasks/index.js';
import { checkNamespace } from './activity-methods.js';
import { handled, method } from './handlers.js';
import { pollTask } from './poll.js';
import { require, runTarget } from './request-checks.js';
import { validateSearchAttributes } from './search-attribute-validation.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/** Everything a workflow worker calls. */
export function workflowTaskMethods(services: Services): AnyRpcMethod[] {
  const { namespaces, host } = services;
  return [
    method(methods.PollWorkflowTaskQueue, (request, context) =>
      pollTask(services, { kind: 'workflow', request, maxTasksPerSecond: undefined }, context),
    ),
    method(methods.RespondWorkflowTaskCompleted, (request) => completeTask(services, request)),
    method(methods.RespondWorkflowTaskFailed, (request) => failTask(services, request)),
    method(methods.ResetStickyTaskQueue, async (request) => {
      const target = runTarget(namespaces.resolve(request.namespace).id, request.execution);
      await host.execute(target, (live, context) => resetStickyQueue(live.state, context));
      return {};
    }),
    method(methods.ShutdownWorker, (request) => Promise.resolve(shutdownWorker(services, request))),
  ];
}

/** A worker stops: its polls end with nothing, and what waits for it alone goes to others. */
function shutdownWorker(services: Services, request: workflowservice.ShutdownWorkerRequest): Record<string, never> {
  const { namespaces, matching, limits } = services;
  const { stickyTaskQueue, taskQueue, workerInstanceKey } = request;
  const { id } = namespaces.resolve(request.namespace);
  require(() => invalidId('StickyTaskQueue', stickyTaskQueue, limits, { optional: true }), () =>
    invalidId('TaskQueue', taskQueue, limits, { optional: true }));
  if (workerInstanceKey !== '') {
    const kinds = ['workflow', 'activity', 'nexus'] as const;
    const keys = [stickyTaskQueue, taskQueue].flatMap((name) => kinds.map((kind) => queueKey(id, kind, name)));
    matching.dismiss(workerInstanceKey, keys);
  }
  if (stickyTaskQueue !== '') {
    const queue = matching.existing(queueKey(id, 'workflow', stickyTaskQueue));
    for (const task of queue?.abandon() ?? []) task.abandon();
  }
  return {};
}

async function completeTask(
  services: Services,
  request: workflowservice.RespondWorkflowTaskCompletedRequest,
): Promise<workflowservice.IRespondWorkflowTaskCompletedResponse> {
  const token = decodeWorkflowTaskToken(request.taskToken);
  const namespace = services.namespaces.resolve(request.namespace);
  checkNamespace(namespace.id, token.key);
  let reply: Promise<workflowservice.IRespondWorkflowTaskCompletedResponse> | undefined;
  const executed = await services.host.execute(token.key, (live, context) => {
    const decision = completeWorkflowTask(
      live.state,
      {
        task: token,
        request,
        namespaceId: (name) => services.namespaces.byName(name)?.id,
        nexusEndpointId: (name) => services.nexusCaller.resolveEndpoint(name)?.id,
        invalidSearchAttributes: (attributes) => validateSearchAttributes(namespace, attributes, services.limits),
      },
      context,
    );
    if (!decision.rejected) {
      const { result, transitions } = decision;
      services.updates.recordRejections(live, result.rejectedUpdates);
      if (result.refused === undefined) services.queries.answerRiding(live, request.queryResults);
      reply = handled(Promise.resolve().then(() => replyOf(services, live, { result, transitions })));
    }
    return decision;
  });
  const answered = await reply;
  if (executed.result.refused !== undefined) throw new ServiceError('INVALID_ARGUMENT', executed.result.refused);
  return answered ?? {};
}

/** Runs in the turn after the decision, with the new state installed. */
async function replyOf(
  services: Services,
  live: LiveExecution,
  { result, transitions }: Executed<WorkflowTaskCompletion>,
): Promise<workflowservice.IRespondWorkflowTaskCompletedResponse> {
  const state = transitions[0]?.state ?? live.state;
  const number = state.workflowTask?.number ?? 0;
  const queries = result.startedNext ? services.queries.ride(live, number) : {};
  const activityTasks = result.eagerActivities.flatMap((scheduledEventId) => {
    const activity = state.activities.get(scheduledEventId);
    return activity === undefined ? [] : [activityTaskResponse(state, activity)];
  });
  const workflowTask = result.startedNext
    ? await workflowTaskResponse(services, live, state, { partialHistory: true, queries })
    : undefined;
  return { workflowTask, activityTasks, resetHistoryEventId: result.resetHistoryEventId };
}

async function failTask(
  services: Services,
  request: workflowservice.RespondWorkflowTaskFailedRequest,
): Promise<Record<string, never>> {
  const token = decodeWorkflowTaskToken(request.taskToken);
  checkNamespace(services.namespaces.resolve(request.namespace).id, token.key);
  const { cause, failure, identity, binaryChecksum, workerVersion } = request;
  await services.host.execute(token.key, (live, context) =>
    reportWorkflowTaskFailure(live.state, token, { cause, failure, identity, binaryChecksum, workerVersion }, context),
  );
  return {};
}
