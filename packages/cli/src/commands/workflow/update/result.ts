import type { CommandSpec } from '../../../command.js';
import { awaitUpdate, showOutcome, UPDATE_REF_FLAGS, updateRefOf } from './request.js';

/** `perdure workflow update result`. */
export const updateResult: CommandSpec = {
  path: 'workflow update result',
  summary: 'Wait for an update and show its result',
  example: 'perdure workflow update result -w 123 --update-id add-pizza',
  flags: UPDATE_REF_FLAGS,
  run: async (context) => {
    const { flags } = context;
    const answer = await awaitUpdate(await context.session(), updateRefOf(flags));
    await showOutcome(context, { updateRef: { updateId: flags.required('update-id') }, ...answer }, {});
  },
};
