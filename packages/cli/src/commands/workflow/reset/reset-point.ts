import type { FlagSpec } from '../../../command.js';
import type { Session } from '../../../connection/session.js';
import { CommandError, UsageError } from '../../../errors.js';
import type { Flags } from '../../../flags.js';
import { listAt, textAt, type JsonObject } from '../../../json.js';
import { attributesOf, historyOf } from '../history.js';
import { longName } from '../names.js';

const TYPES = ['FirstWorkflowTask', 'LastWorkflowTask', 'LastContinuedAsNew', 'BuildId'] as const;
const REAPPLY_TYPES = ['All', 'Signal', 'None'] as const;
const EXCLUDE_TYPES = ['All', 'Signal', 'Update'] as const;

/** Where in a history a new run begins: after the workflow task that this event ended. */
export interface ResetPoint {
  readonly workflowId: string;
  readonly runId: string;
  readonly eventId: string;
}

/** What a reset goes back to. */
export interface ResetKind {
  readonly type: (typeof TYPES)[number];
  /** For `BuildId`. */
  readonly buildId: string | undefined;
}

/** Flags of every reset but the one that says which event. */
export const RESET_FLAGS: readonly FlagSpec[] = [
  { flags: '--build-id <id>', description: 'with the type BuildId: go back to before the first task of this build' },
  { flags: '--reason <text>', description: 'why, as the history will say' },
  {
    flags: '--reapply-exclude <kind>',
    description: `what came after is sent to the new run again, but not: ${EXCLUDE_TYPES.join(', ')}; may be repeated`,
    many: true,
    values: EXCLUDE_TYPES,
  },
  {
    flags: '--reapply-type <kind>',
    description: `older form of --reapply-exclude: ${REAPPLY_TYPES.join(', ')}`,
    values: REAPPLY_TYPES,
    isHidden: true,
  },
];

/** The flag that says what kind of place to go back to. */
export function resetTypeFlag(short: string): FlagSpec {
  return { flags: `${short}--type <type>`, description: `go back to: ${TYPES.join(', ')}`, values: TYPES };
}

/** The kind of reset that the flags ask for; undefined if none. */
export function resetKind(flags: Flags): ResetKind | undefined {
  const buildId = flags.text('build-id');
  const type = flags.oneOf('type', TYPES) ?? (buildId === undefined ? undefined : 'BuildId');
  if (type === 'BuildId' && buildId === undefined) throw new UsageError('--type BuildId needs --build-id');
  if (type !== undefined && type !== 'BuildId' && buildId !== undefined)
    throw new UsageError(`--build-id goes with --type BuildId, not with ${type}`);
  return type === undefined ? undefined : { type, buildId };
}

/** What a request says of signals and updates that came after the reset point. */
export function reapplication(flags: Flags): JsonObject {
  const type = flags.oneOf('reapply-type', REAPPLY_TYPES);
  const excluded = flags.allOf('reapply-exclude', EXCLUDE_TYPES);
  if (type !== undefined && excluded.length > 0)
    throw new UsageError('--reapply-type and --reapply-exclude exclude each other');
  const kinds = excluded.includes('All') ? (['Signal', 'Update'] as const) : excluded;
  return {
    resetReapplyType: type === undefined ? undefined : REAPPLY_NAMES[type],
    resetReapplyExcludeTypes: kinds.map((kind) => `RESET_REAPPLY_EXCLUDE_TYPE_${kind.toUpperCase()}`),
  };
}

const REAPPLY_NAMES = {
  All: 'RESET_REAPPLY_TYPE_ALL_ELIGIBLE',
  Signal: 'RESET_REAPPLY_TYPE_SIGNAL',
  None: 'RESET_REAPPLY_TYPE_NONE',
} as const;

/** The kind as StartBatchOperation takes it; undefined for what servers do not do in batches. */
export function batchResetOptions({ type, buildId }: ResetKind): JsonObject | undefined {
  switch (type) {
    case 'FirstWorkflowTask':
    case 'LastWorkflowTask':
      return { [type.charAt(0).toLowerCase() + type.slice(1)]: {} };
    case 'BuildId':
      return { buildId };
    case 'LastContinuedAsNew':
      return undefined;
  }
}

/** Finds the event in the history of the execution. A CommandError if there is no such place in it. */
export async function findResetPoint(
  session: Session,
  execution: JsonObject,
  { type, buildId }: ResetKind,
): Promise<ResetPoint> {
  const answer = await session.call('DescribeWorkflowExecution', { namespace: session.namespace, execution });
  const workflowId = textAt(answer, 'workflowExecutionInfo.execution.workflowId');
  const runId = textAt(answer, 'workflowExecutionInfo.execution.runId');
  if (type === 'BuildId') {
    const points = listAt(answer, 'workflowExecutionInfo.autoResetPoints.points');
    const point = points.find((each) => textAt(each, 'buildId') === buildId);
    if (point === undefined)
      throw new CommandError(`workflow ${workflowId} was never worked on by build ${buildId ?? ''}`);
    return {
      workflowId,
      runId: textAt(point, 'runId') || runId,
      eventId: textAt(point, 'firstWorkflowTaskCompletedId'),
    };
  }
  const events = await historyOf(session, { workflowId, runId });
  if (type !== 'LastContinuedAsNew') return taskPoint({ workflowId, runId }, events, type);
  const before = textAt(attributesOf(events[0] ?? {}), 'continuedExecutionRunId');
  if (before === '')
    throw new CommandError(`workflow ${workflowId} did not continue as new: run ${runId} is its first`);
  const earlier = { workflowId, runId: before };
  return taskPoint(earlier, await historyOf(session, earlier), 'LastWorkflowTask');
}

function taskPoint(
  execution: { readonly workflowId: string; readonly runId: string },
  events: readonly JsonObject[],
  type: 'FirstWorkflowTask' | 'LastWorkflowTask',
): ResetPoint {
  const completed = events.filter(
    (event) => textAt(event, 'eventType') === longName('WorkflowTaskCompleted', 'EVENT_TYPE_'),
  );
  const event = type === 'FirstWorkflowTask' ? completed[0] : completed.at(-1);
  if (event === undefined)
    throw new CommandError(
      `workflow ${execution.workflowId} cannot be reset: no worker has completed a workflow task of run ${execution.runId} yet`,
    );
  return { ...execution, eventId: textAt(event, 'eventId') };
}
