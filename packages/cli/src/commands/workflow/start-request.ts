import { randomUUID } from 'node:crypto';
import type { FlagSpec } from '../../command.js';
import type { Session } from '../../connection/session.js';
import { UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';
import type { JsonObject } from '../../json.js';
import { INPUT_FLAGS, inputPayloads, payloadMap } from '../../payloads.js';

const REUSE_POLICIES = ['AllowDuplicate', 'AllowDuplicateFailedOnly', 'RejectDuplicate', 'TerminateIfRunning'] as const;
const CONFLICT_POLICIES = ['Fail', 'UseExisting', 'TerminateExisting'] as const;

/** Flags of everything that starts an execution. */
export const START_FLAGS: readonly FlagSpec[] = [
  { flags: '--type <name>', description: 'workflow type', required: true },
  { flags: '-t, --task-queue <name>', description: 'task queue that workers of the type poll', required: true },
  { flags: '-w, --workflow-id <id>', description: 'id of the execution (default: a new one)' },
  ...INPUT_FLAGS,
  { flags: '--execution-timeout <duration>', description: 'limit for the execution with all its runs' },
  { flags: '--run-timeout <duration>', description: 'limit for one run' },
  { flags: '--task-timeout <duration>', description: 'limit for one workflow task (default: 10s)' },
  { flags: '--cron <schedule>', description: 'start it again by this schedule' },
  { flags: '--start-delay <duration>', description: 'wait before the first workflow task' },
  {
    flags: '--id-reuse-policy <policy>',
    description: `for a closed execution of the id: ${REUSE_POLICIES.join(', ')}`,
  },
  { flags: '--id-conflict-policy <policy>', description: `for a running one: ${CONFLICT_POLICIES.join(', ')}` },
  { flags: '--fail-existing', description: 'fail if an execution of the id ran before' },
  { flags: '--search-attribute <key=json>', description: 'value to find it by; may be repeated', many: true },
  { flags: '--memo <key=json>', description: 'note to keep with it; may be repeated', many: true },
];

/** The request that the flags describe. */
export function startRequest(flags: Flags, session: Session): JsonObject {
  const memo = payloadMap(flags, 'memo');
  const searchAttributes = payloadMap(flags, 'search-attribute');
  return {
    namespace: session.namespace,
    identity: session.identity,
    requestId: randomUUID(),
    workflowId: flags.text('workflow-id') ?? randomUUID(),
    workflowType: { name: flags.required('type') },
    taskQueue: { name: flags.required('task-queue') },
    input: inputPayloads(flags),
    workflowExecutionTimeout: flags.duration('execution-timeout'),
    workflowRunTimeout: flags.duration('run-timeout'),
    workflowTaskTimeout: flags.duration('task-timeout'),
    cronSchedule: flags.text('cron'),
    workflowStartDelay: flags.duration('start-delay'),
    workflowIdReusePolicy: policy(flags, 'id-reuse-policy', REUSE_POLICIES, 'WORKFLOW_ID_REUSE_POLICY_'),
    workflowIdConflictPolicy: policy(flags, 'id-conflict-policy', CONFLICT_POLICIES, 'WORKFLOW_ID_CONFLICT_POLICY_'),
    ...(memo === undefined ? {} : { memo: { fields: memo } }),
    ...(searchAttributes === undefined ? {} : { searchAttributes: { indexedFields: searchAttributes } }),
  };
}

function policy(flags: Flags, name: string, allowed: readonly string[], prefix: string): string | undefined {
  const isReuse = name === 'id-reuse-policy';
  if (isReuse && flags.isSet('fail-existing')) {
    if (flags.text(name) !== undefined) throw new UsageError(`--fail-existing and --${name} exclude each other`);
    return `${prefix}REJECT_DUPLICATE`;
  }
  const value = flags.oneOf(name, allowed);
  return value === undefined ? undefined : prefix + value.replace(/(?<=.)([A-Z])/g, '_$1').toUpperCase();
}
