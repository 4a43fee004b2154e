import type { CommandContext, FlagSpec } from '../../command.js';
import type { MethodName, Session } from '../../connection/session.js';
import { UsageError } from '../../errors.js';
import type { JsonObject } from '../../json.js';
import { runBatch } from './batch-by-query.js';
import { executionOf, RUN_FLAG } from './execution.js';

/** Flags that name one execution, or all that match a filter. */
export const TARGET_FLAGS: readonly FlagSpec[] = [
  { flags: '-w, --workflow-id <id>', description: 'the workflow id' },
  RUN_FLAG,
  { flags: '-q, --query <filter>', description: 'instead of an id: all executions that match' },
  { flags: '-y, --yes', description: 'with --query: do not ask' },
  { flags: '--reason <text>', description: 'why, as the history will say' },
  { flags: '--rps <number>', description: 'with --query: at most so many a second' },
];

/** What is done to one execution, or to many. */
export interface Act {
  readonly method: MethodName;
  /** `Terminate`, for questions. */
  readonly verb: string;
  /** `Terminated`, for what was done. */
  readonly done: string;
  /** The request besides namespace and execution; made anew for each, since request ids differ. */
  details(context: CommandContext, session: Session): JsonObject;
  /** What StartBatchOperation is told to do: the name of its field, and what it holds. */
  operation(context: CommandContext, session: Session): JsonObject;
}

/** Does it to what the flags name. */
export async function act(context: CommandContext, what: Act): Promise<void> {
  const { flags, output } = context;
  const query = flags.text('query');
  if ((query === undefined) === (flags.text('workflow-id') === undefined))
    throw new UsageError('name the executions with either --workflow-id or --query');
  const session = await context.session();
  const one = (execution: JsonObject): Promise<JsonObject> =>
    session.call(what.method, {
      namespace: session.namespace,
      workflowExecution: execution,
      ...what.details(context, session),
    });
  if (query === undefined) {
    const answer = await one(executionOf(flags));
    return output.done(`${what.done} ${flags.required('workflow-id')}`, answer);
  }
  await runBatch(context, session, {
    query,
    verb: what.verb,
    done: what.done,
    operation: what.operation(context, session),
    one: async (execution) => {
      await one(execution);
      return 'done';
    },
  });
}
