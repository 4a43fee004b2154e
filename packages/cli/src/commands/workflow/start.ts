import type { CommandSpec } from '../../command.js';
import { START_FLAGS } from './start-request.js';
import { start } from './started.js';

/** `perdure workflow start`. */
export const workflowStart: CommandSpec = {
  path: 'workflow start',
  summary: 'Start a workflow execution and return at once',
  details:
    'The execution waits until a worker polls its task queue. Each argument of the workflow is JSON: text needs quotes of its own.',
  example: `perdure workflow start -t hello-world --type MyWorkflow -w 123 -i '"Ada"'`,
  flags: START_FLAGS,
  run: async (context) => {
    const { title, entries, json } = await start(context);
    await context.output.card(title, entries, json);
  },
};
