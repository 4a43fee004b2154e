import type { CommandSpec } from '../../command.js';
import { SCHEDULE_FLAGS, scheduleAttributes, scheduleOf, scheduleRef } from './request.js';

/** `perdure schedule create`. */
export const scheduleCreate: CommandSpec = {
  path: 'schedule create',
  summary: 'Create a schedule: start a workflow again and again',
  example: 'perdure schedule create -s nightly --cron "30 2 * * *" -t reports --type Report',
  flags: SCHEDULE_FLAGS,
  run: async (context) => {
    const { flags, output } = context;
    const request = { ...(await scheduleRef(context)), schedule: scheduleOf(flags), ...scheduleAttributes(flags) };
    const answer = await (await context.session()).call('CreateSchedule', request);
    await output.done(`Created schedule ${flags.required('schedule-id')}`, answer);
  },
};
