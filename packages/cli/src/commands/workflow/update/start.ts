import type { CommandSpec, FlagSpec } from '../../../command.js';
import { executionOf } from '../execution.js';
import { sendUpdate, showAccepted, showOutcome, UPDATE_FLAGS, updateRequest } from './request.js';

/** The flag that says how far an update has to get. */
export const STAGE_FLAG: FlagSpec = {
  flags: '--wait-for-stage <stage>',
  description: 'come back when the update is: accepted (the only one there is)',
  values: ['accepted'],
};

/** `perdure workflow update start`. */
export const updateStart: CommandSpec = {
  path: 'workflow update start',
  summary: 'Send an update to a workflow execution and return once it is accepted',
  details: 'Its result can be asked for later: perdure workflow update result.',
  example: `perdure workflow update start -w 123 --name addItem -i '{"item":"pizza"}' --wait-for-stage accepted`,
  flags: [...UPDATE_FLAGS, STAGE_FLAG],
  run: async (context) => {
    const { flags } = context;
    flags.oneOf('wait-for-stage', ['accepted']);
    const session = await context.session();
    const answer = await sendUpdate(session, updateRequest(flags, session, executionOf(flags), 'ACCEPTED'));
    const name = flags.required('name');
    // An update that is refused, or is done within the same workflow task, has its outcome already.
    if (answer['outcome'] === undefined) await showAccepted(context, answer, { name });
    else await showOutcome(context, answer, { name, json: (told) => ({ ...told, stage: answer['stage'] }) });
  },
};
