import type { CommandSpec } from '../../command.js';
import { SCHEDULE_FLAGS, scheduleAttributes, scheduleOf, scheduleRef } from './request.js';

/** `perdure schedule update`. */
export const scheduleUpdate: CommandSpec = {
  path: 'schedule update',
  summary: 'Replace all of a schedule by what the flags say',
  example: 'perdure schedule update -s nightly --cron "0 4 * * *" -t reports --type Report',
  flags: SCHEDULE_FLAGS,
  run: async (context) => {
    const { flags, output } = context;
    const request = { ...(await scheduleRef(context)), schedule: scheduleOf(flags), ...scheduleAttributes(flags) };
    const answer = await (await context.session()).call('UpdateSchedule', request);
    await output.done(`Replaced schedule ${flags.required('schedule-id')}`, answer);
  },
};
