import type { CommandSpec } from '../../command.js';
import { EXECUTION_FLAGS } from './execution.js';
import { showResult, waitUntilClosed } from './wait-for-result.js';

/** `perdure workflow result`. */
export const workflowResult: CommandSpec = {
  path: 'workflow result',
  summary: 'Wait for a workflow execution and show its result',
  details: 'The exit code is 1 unless the execution completes.',
  example: 'perdure workflow result -w 123',
  flags: EXECUTION_FLAGS,
  run: async (context) => {
    const { flags } = context;
    await showResult(
      context,
      await waitUntilClosed(context, flags.required('workflow-id'), flags.text('run-id') ?? ''),
    );
  },
};
