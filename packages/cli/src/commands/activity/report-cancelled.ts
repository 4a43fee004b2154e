import type { CommandSpec } from '../../command.js';
import { jsonPayloads } from '../../payloads.js';
import { ACTIVITY_FLAGS, activityOf } from './activity.js';

/** `perdure activity report-cancelled`. */
export const activityReportCancelled: CommandSpec = {
  path: 'activity report-cancelled',
  summary: 'End an activity, whose cancellation was asked for, as cancelled',
  example: 'perdure activity report-cancelled -a 1 -w 123',
  flags: [...ACTIVITY_FLAGS, { flags: '--detail <json>', description: 'how far it got' }],
  run: async (context) => {
    const { flags, output } = context;
    const detail = flags.text('detail');
    const request = {
      ...(await activityOf(context)),
      ...(detail === undefined ? {} : { details: jsonPayloads(detail) }),
    };
    const answer = await (await context.session()).call('RespondActivityTaskCanceledById', request);
    await output.done(`Activity ${flags.required('activity-id')} is cancelled`, answer);
  },
};
