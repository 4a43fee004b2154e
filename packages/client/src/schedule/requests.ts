import { randomUUID } from 'node:crypto';
import { extractWorkflowType, type Headers } from '@perdure/common';
import { msOptionalToTs, optionalDateToTs } from '@perdure/common/internal';
import { encodeMapToPayloads } from '@perdure/common/internal/conversion';
import { enums, type schedule, type workflowservice } from '@perdure/protocol';
import type { CallScope } from '../workflow/call-scope.js';
import { encodeScheduleAction, searchAttributesOf } from './action.js';
import { encodeScheduleOverlapPolicy } from './overlap-policy.js';
import type {
  Backfill,
  CompiledScheduleAction,
  CompiledScheduleOptions,
  CompiledScheduleUpdateOptions,
  ScheduleOptions,
  ScheduleOptionsAction,
  ScheduleUpdateOptions,
} from './schedule-types.js';
import { encodeScheduleSpec } from './spec.js';

/** Triggers run beside whatever runs already, unless told otherwise. */
const TRIGGER_OVERLAP = enums.ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL;

/** Options with the action's type as text and its defaults filled in. */
export function compileScheduleOptions(options: ScheduleOptions): CompiledScheduleOptions {
  return { ...options, action: compileAction(options.scheduleId, options.action) };
}

/** The same for options of an update. */
export function compileScheduleUpdateOptions(
  scheduleId: string,
  options: ScheduleUpdateOptions,
): CompiledScheduleUpdateOptions {
  return { ...options, action: compileAction(scheduleId, options.action) };
}

/** Throws a TypeError unless an action is there with a task queue and a workflow type. */
export function assertRequiredScheduleOptions(
  kind: 'ScheduleOptions' | 'ScheduleUpdateOptions',
  { action }: { readonly action?: Partial<ScheduleOptionsAction> },
): void {
  if (action === undefined) throw new TypeError(`Missing ${kind}.action`);
  const missing = (['taskQueue', 'workflowType'] as const).find((name) => !action[name]);
  if (missing !== undefined) throw new TypeError(`Missing ${kind}.action.${missing} for 'startWorkflow' action`);
}

function compileAction(scheduleId: string, action: ScheduleOptionsAction): CompiledScheduleAction {
  return {
    ...action,
    workflowId: action.workflowId ?? `${scheduleId}-workflow`,
    workflowType: extractWorkflowType(action.workflowType),
    args: [...(action.args ?? [])] as unknown[],
  };
}

/** The request that creates a schedule. */
export async function createRequest(
  scope: CallScope,
  options: CompiledScheduleOptions,
  headers: Headers,
): Promise<workflowservice.ICreateScheduleRequest> {
  const { scheduleId, memo, state } = options;
  return {
    namespace: scope.namespace,
    identity: scope.identity,
    requestId: randomUUID(),
    scheduleId,
    schedule: await encodeSchedule(scope, options, headers),
    memo:
      memo === undefined
        ? undefined
        : { fields: await encodeMapToPayloads(scope.dataConverter, memo, undefined, 'Memo field') },
    searchAttributes: searchAttributesOf(options),
    initialPatch: {
      triggerImmediately: state?.triggerImmediately === true ? { overlapPolicy: TRIGGER_OVERLAP } : undefined,
      backfillRequest: state?.backfill?.map(encodeBackfill),
    },
  };
}

/** The request that puts another schedule in place of one. */
export async function updateRequest(
  scope: CallScope,
  scheduleId: string,
  options: CompiledScheduleUpdateOptions,
  headers: Headers,
): Promise<workflowservice.IUpdateScheduleRequest> {
  return {
    namespace: scope.namespace,
    identity: scope.identity,
    requestId: randomUUID(),
    scheduleId,
    schedule: await encodeSchedule(scope, options, headers),
    searchAttributes: searchAttributesOf(options),
  };
}

/** A time whose actions are taken at once, as a message. */
export function encodeBackfill({ start, end, overlap }: Backfill): schedule.IBackfillRequest {
  return {
    startTime: optionalDateToTs(start),
    endTime: optionalDateToTs(end),
    overlapPolicy: encodeScheduleOverlapPolicy(overlap),
  };
}

async function encodeSchedule(
  scope: CallScope,
  { spec, action, policies, ...rest }: CompiledScheduleOptions | CompiledScheduleUpdateOptions,
  headers: Headers,
): Promise<schedule.ISchedule> {
  // The public type of an update's state says nothing of what is in it.
  const state: ScheduleOptions['state'] = rest.state;
  return {
    spec: encodeScheduleSpec(spec),
    action: await encodeScheduleAction(scope.dataConverter, scope.namespace, action, headers),
    policies: {
      overlapPolicy: encodeScheduleOverlapPolicy(policies?.overlap),
      catchupWindow: msOptionalToTs(policies?.catchupWindow),
      pauseOnFailure: policies?.pauseOnFailure,
    },
    state: {
      paused: state?.paused,
      notes: state?.note,
      limitedActions: state?.remainingActions !== undefined,
      remainingActions: state?.remainingActions,
    },
  };
}
