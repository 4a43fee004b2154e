import type { CommandSpec } from '../../command.js';
import { act, TARGET_FLAGS } from './targets.js';

/** `perdure workflow terminate`. */
export const workflowTerminate: CommandSpec = {
  path: 'workflow terminate',
  summary: 'End a workflow execution at once; its code is not told',
  example: 'perdure workflow terminate -w 123 --reason "stuck"',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'TerminateWorkflowExecution',
      verb: 'Terminate',
      done: 'Terminated',
      details: ({ flags }, { identity }) => ({ identity, reason: flags.text('reason') ?? '' }),
      operation: (_, { identity }) => ({ terminationOperation: { identity } }),
    }),
};
