import type { CommandSpec } from '../../command.js';
import { CommandError } from '../../errors.js';
import type { Json } from '../../json.js';
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
    const { value } = await ask(context, '__temporal_workflow_metadata');
    await context.output.message(await canonical(value));
  },
};

/** Each SDK writes the message in its own way; here it has the one form that the API gives it. */
async function canonical(value: Json): Promise<Json> {
  const [{ sdk }, { fromJson, toJson }] = await Promise.all([
    import('@perdure/protocol'),
    import('@perdure/protocol/json'),
  ]);
  try {
    return toJson(sdk.WorkflowMetadata, fromJson(sdk.WorkflowMetadata, value));
  } catch (error) {
    throw new CommandError(
      `the worker answered something that says nothing of the workflow: ${(error as Error).message}`,
    );
  }
}
