import type { CommandSpec } from '../../command.js';
import { jsonPayloads } from '../../payloads.js';
import { ACTIVITY_FLAGS, activityOf } from './activity.js';

/** `perdure activity fail`. */
export const activityFail: CommandSpec = {
  path: 'activity fail',
  summary: 'Fail an activity by hand; it is not tried again',
  example: 'perdure activity fail -a 1 -w 123 --reason "the bank says no"',
  flags: [
    ...ACTIVITY_FLAGS,
    { flags: '--reason <text>', description: 'why' },
    { flags: '--detail <json>', description: 'details of the failure' },
  ],
  run: async (context) => {
    const { flags, output } = context;
    const detail = flags.text('detail');
    const request = {
      ...(await activityOf(context)),
      failure: {
        message: flags.text('reason') ?? 'failed from the command line',
        source: 'CLI',
        applicationFailureInfo: {
          nonRetryable: true,
          ...(detail === undefined ? {} : { details: jsonPayloads(detail) }),
        },
      },
    };
    const answer = await (await context.session()).call('RespondActivityTaskFailedById', request);
    await output.done(`Failed activity ${flags.required('activity-id')}`, answer);
  },
};
