import type { FlagSpec } from '../../command.js';
import type { Session } from '../../connection/session.js';
import { UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';
import type { JsonObject } from '../../json.js';
import { inputFlags, inputPayloads, payloadMap, textPayload } from '../../payloads.js';
import { longName } from './names.js';
import { newId } from '../../ids.js';

const REUSE_POLICIES = ['AllowDuplicate', 'AllowDuplicateFailedOnly', 'RejectDuplicate', 'TerminateIfRunning'] as const;
const CONFLICT_POLICIES = ['Fail', 'UseExisting', 'TerminateExisting'] as const;

/** Flags of what an execution is started with, wherever it is started from. */
export const WORKFLOW_FLAGS: readonly FlagSpec[] = [
  { flags: '--type <name>', description: 'workflow type', required: true },
  { flags: '-t, --task-queue <name>', description: 'task queue that workers of the type poll', required: true },
  { flags: '-w, --workflow-id <id>', description: 'id of the execution (default: a new one)' },
  ...inputFlags(),
  { flags: '--execution-timeout <duration>', description: 'limit for the execution with all its runs' },
  { flags: '--run-timeout <duration>', description: 'limit for one run' },
  { flags: '--task-timeout <duration>', description: 'limit for one workflow task (default: 10s)' },
  { flags: '--search-attribute <key=json>', description: 'value to find it by; may be repeated', many: true },
  { flags: '--memo <key=json>', description: 'note to keep with it; may be repeated', many: true },
  { flags: '--static-summary <text>', description: 'a line about it for people who look at it' },
  { flags: '--static-details <text>', description: 'more about it for people who look at it' },
  { flags: '--headers <key=json>', description: 'header for interceptors of the worker; may be repeated', many: true },
  { flags: '--priority-key <number>', description: 'its tasks go before those with a higher number' },
  { flags: '--fairness-key <key>', description: 'its tasks take turns with those of other keys' },
  { flags: '--fairness-weight <number>', description: 'how many turns the fairness key gets' },
];

/** Flags of everything that starts an execution now. */
export const START_FLAGS: readonly FlagSpec[] = [
  ...WORKFLOW_FLAGS,
  { flags: '--cron <schedule>', description: 'start it again by this schedule' },
  { flags: '--start-delay <duration>', description: 'wait before the first workflow task' },
  {
    flags: '--id-reuse-policy <policy>',
    description: `for a closed execution of the id: ${REUSE_POLICIES.join(', ')}`,
    values: REUSE_POLICIES,
  },
  {
    flags: '--id-conflict-policy <policy>',
    description: `for a running one: ${CONFLICT_POLICIES.join(', ')}`,
    values: CONFLICT_POLICIES,
  },
  { flags: '--fail-existing', description: 'fail if an execution of the id ran before' },
];

/** What an execution is started with, as the flags say it: the part that schedules have in common with starts. */
export function workflowRequest(flags: Flags): JsonObject {
  const memo = payloadMap(flags, 'memo');
  const searchAttributes = payloadMap(flags, 'search-attribute');
  const header = payloadMap(flags, 'headers');
  return {
    workflowId: flags.text('workflow-id') ?? newId(),
    workflowType: { name: flags.required('type') },
    taskQueue: { name: flags.required('task-queue') },
    input: inputPayloads(flags),
    workflowExecutionTimeout: flags.duration('execution-timeout'),
    workflowRunTimeout: flags.duration('run-timeout'),
    workflowTaskTimeout: flags.duration('task-timeout'),
    ...(memo === undefined ? {} : { memo: { fields: memo } }),
    ...(searchAttributes === undefined ? {} : { searchAttributes: { indexedFields: searchAttributes } }),
    ...(header === undefined ? {} : { header: { fields: header } }),
    ...userMetadata(flags),
    ...priority(flags),
  };
}

/** The request that the flags describe. */
export function startRequest(flags: Flags, session: Session): JsonObject {
  return {
    namespace: session.namespace,
    identity: session.identity,
    requestId: newId(),
    ...workflowRequest(flags),
    cronSchedule: flags.text('cron'),
    workflowStartDelay: flags.duration('start-delay'),
    workflowIdReusePolicy: reusePolicy(flags),
    workflowIdConflictPolicy: conflictPolicy(flags),
  };
}

function userMetadata(flags: Flags): JsonObject {
  const [summary, details] = [flags.text('static-summary'), flags.text('static-details')];
  if (summary === undefined && details === undefined) return {};
  return {
    userMetadata: {
      ...(summary === undefined ? {} : { summary: textPayload(summary) }),
      ...(details === undefined ? {} : { details: textPayload(details) }),
    },
  };
}

function priority(flags: Flags): JsonObject {
  const priorityKey = flags.count('priority-key');
  const fairnessKey = flags.text('fairness-key');
  const weight = flags.text('fairness-weight');
  const fairnessWeight = weight === undefined ? undefined : Number(weight);
  if (Number.isNaN(fairnessWeight)) throw new UsageError(`--fairness-weight must be a number, not "${weight}"`);
  if (priorityKey === undefined && fairnessKey === undefined && fairnessWeight === undefined) return {};
  return { priority: { priorityKey, fairnessKey, fairnessWeight } };
}

function reusePolicy(flags: Flags): string | undefined {
  const value = flags.oneOf('id-reuse-policy', REUSE_POLICIES);
  if (!flags.isSet('fail-existing')) return value && longName(value, 'WORKFLOW_ID_REUSE_POLICY_');
  if (value !== undefined) throw new UsageError('--fail-existing and --id-reuse-policy exclude each other');
  return 'WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE';
}

function conflictPolicy(flags: Flags): string | undefined {
  const value = flags.oneOf('id-conflict-policy', CONFLICT_POLICIES);
  return value && longName(value, 'WORKFLOW_ID_CONFLICT_POLICY_');
}
