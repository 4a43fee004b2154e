import type { CommandSpec } from '../../command.js';
import { act, TARGET_FLAGS } from './targets.js';

/** `perdure workflow delete`. */
export const workflowDelete: CommandSpec = {
  path: 'workflow delete',
  summary: 'Delete a workflow execution with its history; a running one is terminated',
  example: 'perdure workflow delete -w 123',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'DeleteWorkflowExecution',
      verb: 'Delete',
      done: 'Requested deletion of',
      details: () => ({}),
      operation: (_, { identity }) => ({ deletionOperation: { identity } }),
    }),
};
