import { firstInvalid, invalidId } from '@perdure/engine';
import {
  canonicalSchedule,
  conflictToken,
  createSchedule,
  patchSchedule,
  revisionOf,
  scheduleInfo,
  timesOf,
  updateSchedule,
  wholeSecond,
  type ScheduleState,
} from '@perdure/engine/schedule';
import {
  services as api,
  msToTimestamp,
  timestampToMs,
  type common,
  type schedule,
  type workflowservice,
} from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { Namespace } from '../namespace/index.js';
import { startRequest } from '../schedules/index.js';
import { method } from './handlers.js';
import { invalidMemo, require } from './request-checks.js';
import { countSchedules, listSchedules } from './schedule-list.js';
import { validateSearchAttributes, withTypeMetadata } from './search-attribute-validation.js';
import { checkedStart } from './checked-start.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;

/** Everything that is asked of schedules. */
export function scheduleMethods(services: Services): AnyRpcMethod[] {
  const { schedules, limits } = services;
  return [
    method(methods.CreateSchedule, (request) => create(services, request)),
    method(methods.DescribeSchedule, async (request) => {
      const { state, times } = await schedules.describe(keyOf(services, request));
      const { schedule, memo, searchAttributes } = state;
      return {
        schedule,
        info: scheduleInfo(state, times),
        memo,
        searchAttributes,
        conflictToken: conflictToken(state),
      };
    }),
    method(methods.UpdateSchedule, (request) => update(services, request)),
    method(methods.PatchSchedule, async (request) => {
      const { patch, requestId } = request;
      const key = keyOf(services, request);
      require(() => invalidId('RequestId', requestId, limits, { optional: true }));
      if (patch === undefined) throw new ServiceError('INVALID_ARGUMENT', 'Patch is not set.');
      await schedules.use(key, (live) =>
        live.change((state, context) => patchSchedule(state, patch, requestId, context)),
      );
      return {};
    }),
    method(methods.DeleteSchedule, async (request) => {
      await schedules.use(keyOf(services, request), (live) => live.delete());
      return {};
    }),
    method(methods.ListScheduleMatchingTimes, async (request) => {
      const startMs = timestampToMs(request.startTime);
      const endMs = timestampToMs(request.endTime);
      if (startMs === undefined) throw new ServiceError('INVALID_ARGUMENT', 'StartTime is not set.');
      if (endMs === undefined) throw new ServiceError('INVALID_ARGUMENT', 'EndTime is not set.');
      const { times } = await schedules.read(keyOf(services, request));
      const matching = times.between(startMs, endMs, limits.scheduleMatchingTimes);
      return { startTime: matching.map(({ actualMs }) => msToTimestamp(actualMs)) };
    }),
    method(methods.ListSchedules, (request) => listSchedules(services, request)),
    method(methods.CountSchedules, (request) => countSchedules(services, request)),
  ];
}

function keyOf(
  { namespaces, limits }: Services,
  { namespace, scheduleId }: { readonly namespace: string; readonly scheduleId: string },
) {
  const namespaceId = namespaces.resolve(namespace).id;
  require(() => invalidId('ScheduleId', scheduleId, limits));
  return { namespaceId, scheduleId };
}

async function create(
  services: Services,
  request: workflowservice.CreateScheduleRequest,
): Promise<workflowservice.ICreateScheduleResponse> {
  const { schedules, namespaces, limits, newId } = services;
  const namespace = namespaces.resolveForStart(request.namespace);
  const key = keyOf(services, request);
  const { initialPatch } = request;
  require(() => invalidId('RequestId', request.requestId, limits, { optional: true }), () =>
    invalidId('Identity', request.identity, limits, { optional: true }), () => invalidMemo(request.memo, limits));
  const given = {
    key,
    namespace: namespace.name,
    schedule: checkedSchedule(services, namespace, key.scheduleId, request.schedule),
    memo: request.memo,
    searchAttributes: checkedSearchAttributes(services, namespace, request.searchAttributes),
    incarnation: newId(),
    requestId: request.requestId || newId(),
  };
  const state = await schedules.use(key, (live) =>
    live.create(given.requestId, (context) => {
      const created = createSchedule(given, context.nowMs);
      if (initialPatch === undefined) return created;
      return patchSchedule(created, initialPatch, '', { ...context, times: timesOf(created) });
    }),
  );
  return { conflictToken: conflictToken(state) };
}

async function update(
  services: Services,
  request: workflowservice.UpdateScheduleRequest,
): Promise<workflowservice.IUpdateScheduleResponse> {
  const { schedules, namespaces, limits } = services;
  const namespace = namespaces.resolve(request.namespace);
  const key = keyOf(services, request);
  require(() => invalidId('RequestId', request.requestId, limits, { optional: true }), () =>
    invalidMemo(request.memo, limits));
  const asked = {
    schedule: checkedSchedule(services, namespace, key.scheduleId, request.schedule),
    memo: request.memo,
    searchAttributes: checkedSearchAttributes(services, namespace, request.searchAttributes),
    requestId: request.requestId,
    revision: revisionOf(request.conflictToken),
  };
  await schedules.use(key, (live) => live.change((state, context) => updateSchedule(state, asked, context)));
  return {};
}

/** A schedule in its canonical form. Throws INVALID_ARGUMENT if its actions could never be taken. */
function checkedSchedule(
  services: Services,
  namespace: Namespace,
  scheduleId: string,
  given: schedule.ISchedule | undefined,
): schedule.ISchedule {
  if (given === undefined) throw new ServiceError('INVALID_ARGUMENT', 'Schedule is not set.');
  const action = given.action?.startWorkflow;
  if (action == null) throw new ServiceError('INVALID_ARGUMENT', 'Schedule.Action.StartWorkflow is not set.');
  require(() =>
    firstInvalid(
      () => (action.cronSchedule ? 'Scheduled workflow must not contain CronSchedule.' : undefined),
      () => (action.workflowIdReusePolicy ? 'Scheduled workflow must not contain WorkflowIDReusePolicy.' : undefined),
    ),
  );
  const canonical = canonicalSchedule(given, services.limits);
  if ('problem' in canonical) throw new ServiceError('INVALID_ARGUMENT', canonical.problem);
  const state: Pick<ScheduleState, 'key' | 'namespace' | 'schedule' | 'lastCompletionResult' | 'lastFailure'> = {
    key: { namespaceId: namespace.id, scheduleId },
    namespace: namespace.name,
    schedule: canonical.schedule,
    lastCompletionResult: undefined,
    lastFailure: undefined,
  };
  const nominalMs = services.clock.nowMs();
  const workflowId = `${action.workflowId ?? ''}-${wholeSecond(nominalMs)}`;
  checkedStart(services, startRequest(state, { nominalMs, requestId: '', workflowId }));
  return canonical.schedule;
}

function checkedSearchAttributes(
  { limits }: Services,
  namespace: Namespace,
  given: common.ISearchAttributes | undefined,
): common.ISearchAttributes | undefined {
  require(() => validateSearchAttributes(namespace, given, limits));
  return given && { indexedFields: withTypeMetadata(namespace, given.indexedFields ?? {}) };
}
