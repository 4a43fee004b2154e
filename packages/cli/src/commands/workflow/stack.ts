import type { CommandSpec } from '../../command.js';
import { ask, REJECT_FLAG } from './ask.js';
import { EXECUTION_FLAGS } from './execution.js';

/** `perdure workflow stack`. */
export const workflowStack: CommandSpec = {
  path: 'workflow stack',
  summary: 'Show where the code of a workflow execution waits; a worker must be running',
  example: 'perdure workflow stack -w 123',
  flags: [...EXECUTION_FLAGS, REJECT_FLAG],
  run: async (context) => {
    const { message, value } = await ask(context, '__stack_trace');
    if (context.output.isForPeople && typeof value === 'string') context.output.text(`${value.trimEnd()}\n`);
    else await context.output.message(message);
  },
};
