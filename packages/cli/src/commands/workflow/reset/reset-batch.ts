import type { CommandContext, CommandSpec } from '../../../command.js';
import { UsageError } from '../../../errors.js';
import { textAt, type JsonObject } from '../../../json.js';
import { runBatch } from '../batch-by-query.js';
import { resetTo } from './reset-to.js';
import {
  batchResetOptions,
  findResetPoint,
  reapplication,
  RESET_FLAGS,
  resetKind,
  resetTypeFlag,
  type ResetKind,
} from './reset-point.js';

/** `perdure workflow reset-batch`. */
export const workflowResetBatch: CommandSpec = {
  path: 'workflow reset-batch',
  summary: 'Reset all workflow executions that match a filter',
  details: 'With --dry-run nothing is done: it says what would be reset, and to which event.',
  example: `perdure workflow reset-batch --query "WorkflowType = 'MyWorkflow'" --type LastWorkflowTask --dry-run`,
  flags: [
    { flags: '-q, --query <filter>', description: 'which executions', required: true },
    resetTypeFlag('-t, '),
    ...RESET_FLAGS,
    { flags: '--exclude-file <path>', description: 'file of workflow ids to leave alone, one a line', isRead: true },
    { flags: '--dry-run', description: 'only say what would be reset, and to which event' },
    { flags: '-y, --yes', description: 'do not ask' },
    { flags: '--rps <number>', description: 'at most so many a second' },
  ],
  run: async (context) => {
    const kind = resetKind(context.flags);
    if (kind === undefined) throw new UsageError('--type is required: go back to what?');
    await resetBatch(context, context.flags.required('query'), kind, {});
  },
};

/** Resets all that match, each to its own point of the same kind. */
export async function resetBatch(
  context: CommandContext,
  query: string,
  kind: ResetKind,
  after: JsonObject,
): Promise<void> {
  const { flags } = context;
  const session = await context.session();
  const lines = (flags.fileText('exclude-file') ?? '').split('\n').map((line) => line.trim());
  const excluded = new Set(lines.filter((line) => line !== ''));
  const options = batchResetOptions(kind);
  if (flags.isSet('dry-run')) return dryRun(context, query, kind, excluded);
  const isServers = options !== undefined && excluded.size === 0;
  await runBatch(context, session, {
    query,
    verb: 'Reset',
    done: 'Reset',
    operation: isServers
      ? { resetOperation: { identity: session.identity, options: { ...options, ...reapplication(flags) }, ...after } }
      : undefined,
    one: async (execution) => {
      if (excluded.has(textAt(execution, 'workflowId'))) return 'left alone';
      await resetTo(session, flags, await findResetPoint(session, execution, kind), after);
      return 'done';
    },
  });
}

async function dryRun(
  context: CommandContext,
  query: string,
  kind: ResetKind,
  excluded: ReadonlySet<string>,
): Promise<void> {
  const session = await context.session();
  const points: JsonObject[] = [];
  const request = { namespace: session.namespace, query };
  for await (const page of session.pages('ListWorkflowExecutions', request, 'executions')) {
    for (const item of page) {
      const execution = { workflowId: textAt(item, 'execution.workflowId'), runId: textAt(item, 'execution.runId') };
      if (excluded.has(execution.workflowId)) continue;
      const point = await findResetPoint(session, execution, kind).catch((error: Error) => ({
        ...execution,
        error: error.message,
      }));
      points.push({ ...point });
    }
  }
  await context.output.list(points, [
    { name: 'WorkflowId', path: 'workflowId' },
    { name: 'RunId', path: 'runId' },
    { name: 'EventId', path: 'eventId' },
    { name: 'Problem', path: 'error' },
  ]);
}
