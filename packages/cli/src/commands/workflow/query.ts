import type { CommandContext, CommandSpec } from '../../command.js';
import { CommandError, UsageError } from '../../errors.js';
import { textAt } from '../../json.js';
import { INPUT_FLAGS, inputPayloads, payloadValues } from '../../payloads.js';
import { EXECUTION_FLAGS, executionOf } from './execution.js';

/** `perdure workflow query`. */
export const workflowQuery: CommandSpec = {
  path: 'workflow query',
  summary: 'Ask a workflow execution something; a worker must be running',
  example: 'perdure workflow query -w 123 --type getStatus',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '--name <query>', description: 'name of the query' },
    { flags: '--type <query>', description: 'the same as --name' },
    ...INPUT_FLAGS,
  ],
  run: (context) => {
    const name = context.flags.text('name') ?? context.flags.text('type');
    if (name === undefined) throw new UsageError('--name is required: which query?');
    return ask(context, name);
  },
};

/** `perdure workflow stack`. */
export const workflowStack: CommandSpec = {
  path: 'workflow stack',
  summary: 'Show where the code of a workflow execution waits; a worker must be running',
  example: 'perdure workflow stack -w 123',
  flags: EXECUTION_FLAGS,
  run: (context) => ask(context, '__stack_trace'),
};

async function ask({ flags, output, session }: CommandContext, queryType: string): Promise<void> {
  const opened = await session();
  const answer = await opened.call('QueryWorkflow', {
    namespace: opened.namespace,
    execution: executionOf(flags),
    query: { queryType, queryArgs: inputPayloads(flags) },
  });
  const rejected = textAt(answer, 'queryRejected.status');
  if (rejected !== '') throw new CommandError(`the query was rejected: the execution is ${rejected}`);
  const [value] = payloadValues(answer, 'queryResult');
  const isText = queryType === '__stack_trace' && typeof value === 'string';
  await output.card('Query result:', [['QueryResult', isText ? `\n${value}` : JSON.stringify(value ?? null)]], {
    queryResult: value ?? null,
  });
}
