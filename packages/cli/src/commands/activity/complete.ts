import type { CommandSpec } from '../../command.js';
import { jsonPayloads } from '../../payloads.js';
import { ACTIVITY_FLAGS, activityOf } from './activity.js';

/** `perdure activity complete`. */
export const activityComplete: CommandSpec = {
  path: 'activity complete',
  summary: 'Complete an activity by hand, with a result',
  example: `perdure activity complete -a 1 -w 123 --result '{"paid":true}'`,
  flags: [...ACTIVITY_FLAGS, { flags: '--result <json>', description: 'its result', required: true }],
  run: async (context) => {
    const { flags, output } = context;
    const result = jsonPayloads(flags.required('result'));
    const request = { ...(await activityOf(context)), result };
    const answer = await (await context.session()).call('RespondActivityTaskCompletedById', request);
    await output.done(`Completed activity ${flags.required('activity-id')}`, answer);
  },
};
