import type { CommandSpec } from '../../command.js';
import { SCHEDULE_FLAG } from './request.js';

/** `perdure schedule describe`. */
export const scheduleDescribe: CommandSpec = {
  path: 'schedule describe',
  summary: 'Show a schedule, with what it did last and does next',
  example: 'perdure schedule describe -s nightly',
  flags: [SCHEDULE_FLAG],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, scheduleId: flags.required('schedule-id') };
    await output.message(await opened.call('DescribeSchedule', request));
  },
};
