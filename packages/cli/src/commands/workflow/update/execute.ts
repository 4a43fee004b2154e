import type { CommandSpec } from '../../../command.js';
import { executionOf } from '../execution.js';
import { sendUpdate, showOutcome, UPDATE_FLAGS, updateRequest } from './request.js';

/** `perdure workflow update execute`. */
export const updateExecute: CommandSpec = {
  path: 'workflow update execute',
  summary: 'Send an update to a workflow execution and wait for its result',
  details: 'The exit code is 1 if the update fails or is refused.',
  example: `perdure workflow update execute -w 123 --name addItem -i '{"item":"pizza"}'`,
  flags: UPDATE_FLAGS,
  run: async (context) => {
    const { flags } = context;
    const session = await context.session();
    const answer = await sendUpdate(session, updateRequest(flags, session, executionOf(flags), 'COMPLETED'));
    await showOutcome(context, answer, { name: flags.required('name') });
  },
};
