import type { CommandSpec, FlagSpec } from '../../command.js';
import { textAt } from '../../json.js';
import type { Column } from '../../output/output.js';
import { listPages } from '../list-pages.js';
import { statusName } from './names.js';

const DEFAULT_LIMIT = 100;

const COLUMNS: readonly Column[] = [
  { name: 'Status', path: 'statusName' },
  { name: 'WorkflowId', path: 'execution.workflowId' },
  { name: 'Name', path: 'type.name' },
  { name: 'StartTime', path: 'startTime', isTime: true },
];
const MORE_COLUMNS: readonly Column[] = [
  { name: 'RunId', path: 'execution.runId' },
  { name: 'TaskQueue', path: 'taskQueue' },
  { name: 'CloseTime', path: 'closeTime', isTime: true },
  { name: 'HistoryLength', path: 'historyLength' },
];

/** The flag of what lists and counts executions. */
export const FILTER_FLAG: FlagSpec = {
  flags: '-q, --query <filter>',
  description: `which ones, such as ExecutionStatus = 'Running'`,
};

/** `perdure workflow list`. */
export const workflowList: CommandSpec = {
  path: 'workflow list',
  summary: 'List workflow executions, the latest first',
  details:
    'A filter compares attributes: WorkflowType, WorkflowId, ExecutionStatus, StartTime, CloseTime, and those you declared.',
  example: `perdure workflow list --query "WorkflowType = 'MyWorkflow'" --limit 10`,
  flags: [
    FILTER_FLAG,
    { flags: '--limit <count>', description: `at most so many; 0 for all (default: ${DEFAULT_LIMIT})` },
    { flags: '--page-size <count>', description: 'how many to ask the server for at a time' },
    { flags: '--archived', description: 'those that were archived' },
  ],
  run: async (context) => {
    const { flags, terminal, session } = context;
    const limit = flags.count('limit') ?? DEFAULT_LIMIT;
    const hasMore = await listPages(context, {
      method: flags.isSet('archived') ? 'ListArchivedWorkflowExecutions' : 'ListWorkflowExecutions',
      request: {
        namespace: (await session()).namespace,
        query: flags.text('query') ?? '',
        pageSize: flags.count('page-size') ?? (limit === 0 ? 0 : Math.min(limit + 1, 1_000)),
      },
      field: 'executions',
      limit,
      columns: COLUMNS,
      more: MORE_COLUMNS,
      row: (item) => ({ ...item, statusName: statusName(textAt(item, 'status')) }),
    });
    if (hasMore && flags.count('limit') === undefined)
      terminal.err(`These are the latest ${limit}; --limit 0 shows all, --query fewer.\n`);
  },
};
