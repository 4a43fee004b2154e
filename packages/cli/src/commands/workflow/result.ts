import type { CommandSpec } from '../../command.js';
import { objectAt, textAt } from '../../json.js';
import { EXECUTION_FLAGS, executionOf } from './execution.js';
import { showResult, waitUntilClosed } from './wait-for-result.js';

/** `perdure workflow result`. */
export const workflowResult: CommandSpec = {
  path: 'workflow result',
  summary: 'Wait for a workflow execution and show its result',
  details: 'The exit code is 1 unless the execution completes.',
  example: 'perdure workflow result -w 123',
  flags: EXECUTION_FLAGS,
  run: async (context) => {
    const { flags, session } = context;
    const opened = await session();
    const execution = executionOf(flags);
    const described = await opened.call('DescribeWorkflowExecution', { namespace: opened.namespace, execution });
    const info = objectAt(described, 'workflowExecutionInfo');
    const runId = textAt(info, 'execution.runId');
    await showResult(context, await waitUntilClosed(context, flags.required('workflow-id'), runId), {
      type: textAt(info, 'type.name'),
      namespace: opened.namespace,
      taskQueue: textAt(info, 'taskQueue'),
    });
  },
};
