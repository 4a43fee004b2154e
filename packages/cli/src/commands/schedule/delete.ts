import type { CommandSpec } from '../../command.js';
import { SCHEDULE_FLAG, scheduleRef } from './request.js';

/** `perdure schedule delete`. */
export const scheduleDelete: CommandSpec = {
  path: 'schedule delete',
  summary: 'Delete a schedule; executions it started go on',
  example: 'perdure schedule delete -s nightly',
  flags: [SCHEDULE_FLAG],
  run: async (context) => {
    const { namespace, identity, scheduleId } = await scheduleRef(context);
    const answer = await (await context.session()).call('DeleteSchedule', { namespace, identity, scheduleId });
    await context.output.done(`Deleted schedule ${String(scheduleId)}`, answer);
  },
};
