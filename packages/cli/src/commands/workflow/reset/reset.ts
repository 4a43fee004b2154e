import type { CommandContext, CommandSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';
import type { JsonObject } from '../../../json.js';
import { executionOf, RUN_FLAG } from '../execution.js';
import { resetBatch } from './reset-batch.js';
import { resetTo } from './reset-to.js';
import { findResetPoint, RESET_FLAGS, resetKind, resetTypeFlag } from './reset-point.js';
import { VERSIONING_FLAGS, versioningOptions } from '../update-options.js';

const FLAGS = [
  { flags: '-w, --workflow-id <id>', description: 'the workflow id' },
  RUN_FLAG,
  { flags: '-e, --event-id <id>', description: 'go back to the workflow task that this event ended' },
  resetTypeFlag('-t, '),
  ...RESET_FLAGS,
  { flags: '-q, --query <filter>', description: 'instead of an id: all executions that match' },
  { flags: '-y, --yes', description: 'with --query: do not ask' },
  { flags: '--rps <number>', description: 'with --query: at most so many a second' },
];

/** `perdure workflow reset`. */
export const workflowReset: CommandSpec = {
  path: 'workflow reset',
  summary: 'Start a workflow execution anew from a point of its history',
  details:
    'The execution ends; a new run with its past up to that point goes on instead. See the events: perdure workflow show.',
  example: 'perdure workflow reset -w 123 --type LastWorkflowTask --reason "fixed the bug"',
  flags: FLAGS,
  run: (context) => reset(context, {}),
};

/** `perdure workflow reset with-workflow-update-options`. */
export const workflowResetWithOptions: CommandSpec = {
  path: 'workflow reset with-workflow-update-options',
  summary: 'Reset a workflow execution, and set which version of its worker the new run gets',
  example:
    'perdure workflow reset with-workflow-update-options -w 123 --type LastWorkflowTask --versioning-override-behavior auto_upgrade',
  flags: [...FLAGS, ...VERSIONING_FLAGS],
  run: (context) =>
    reset(context, {
      postResetOperations: [
        {
          updateWorkflowOptions: {
            workflowExecutionOptions: versioningOptions(context.flags),
            updateMask: 'versioningOverride',
          },
        },
      ],
    }),
};

async function reset(context: CommandContext, after: JsonObject): Promise<void> {
  const { flags, output } = context;
  const [query, eventId, kind] = [flags.text('query'), flags.count('event-id'), resetKind(flags)];
  if ((query === undefined) === (flags.text('workflow-id') === undefined))
    throw new UsageError('name the executions with either --workflow-id or --query');
  if ((eventId === undefined) === (kind === undefined))
    throw new UsageError('say what to go back to, with either --event-id or --type');
  if (query !== undefined) {
    if (kind === undefined) throw new UsageError('--query goes with --type, since event ids differ');
    return resetBatch(context, query, kind, after);
  }
  const session = await context.session();
  const execution = executionOf(flags);
  const point =
    kind === undefined
      ? { workflowId: flags.required('workflow-id'), runId: flags.text('run-id') ?? '', eventId: String(eventId) }
      : await findResetPoint(session, execution, kind);
  const runId = await resetTo(session, flags, point, after);
  await output.done(`Reset ${point.workflowId} to event ${point.eventId}. The new run is ${runId}`, { runId });
}
