import type { CommandSpec } from '../../command.js';
import { act, TARGET_FLAGS } from './targets.js';
import { newId } from '../../ids.js';

/** `perdure workflow cancel`. */
export const workflowCancel: CommandSpec = {
  path: 'workflow cancel',
  summary: 'Ask a workflow execution to cancel itself',
  details: 'Its code is told, and may tidy up. To end it at once instead: perdure workflow terminate.',
  example: 'perdure workflow cancel -w 123',
  flags: TARGET_FLAGS,
  run: (context) =>
    act(context, {
      method: 'RequestCancelWorkflowExecution',
      verb: 'Cancel',
      done: 'Requested cancellation of',
      details: ({ flags }, { identity }) => ({ identity, requestId: newId(), reason: flags.text('reason') ?? '' }),
      operation: (_, { identity }) => ({ cancellationOperation: { identity } }),
    }),
};
