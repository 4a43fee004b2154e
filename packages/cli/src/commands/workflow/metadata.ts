import type { CommandSpec } from '../../command.js';
import { isObject } from '../../json.js';
import { ask, REJECT_FLAG } from './ask.js';
import { EXECUTION_FLAGS } from './execution.js';

/** `perdure workflow metadata`. */
export const workflowMetadata: CommandSpec = {
  path: 'workflow metadata',
  summary: 'Show what a workflow execution can be asked and sent; a worker must be running',
  details: 'Lists its queries, signals and updates, with what its code says about each, and what it is doing now.',
  example: 'perdure workflow metadata -w 123',
  flags: [...EXECUTION_FLAGS, REJECT_FLAG],
  run: async (context) => {
    const metadata = await ask(context, '__temporal_workflow_metadata');
    await context.output.message(isObject(metadata) ? metadata : { metadata });
  },
};
