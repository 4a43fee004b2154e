import type { CommandSpec } from '../../command.js';
import { UsageError } from '../../errors.js';
import { inputFlags } from '../../payloads.js';
import { ask, REJECT_FLAG } from './ask.js';
import { EXECUTION_FLAGS } from './execution.js';

/** `perdure workflow query`. */
export const workflowQuery: CommandSpec = {
  path: 'workflow query',
  summary: 'Ask a workflow execution something; a worker must be running',
  example: 'perdure workflow query -w 123 --name getStatus',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '--name <query>', description: 'name of the query' },
    { flags: '--type <query>', description: 'the same as --name' },
    ...inputFlags(),
    REJECT_FLAG,
  ],
  run: async (context) => {
    const name = context.flags.text('name') ?? context.flags.text('type');
    if (name === undefined) throw new UsageError('--name is required: which query?');
    const { message, value } = await ask(context, name);
    await context.output.card('Query result:', [['QueryResult', JSON.stringify(value)]], message);
  },
};
