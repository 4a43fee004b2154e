import type { CommandSpec } from '../../command.js';
import { OVERLAP_FLAG, overlapPolicy, SCHEDULE_FLAG, scheduleRef } from './request.js';

/** `perdure schedule trigger`. */
export const scheduleTrigger: CommandSpec = {
  path: 'schedule trigger',
  summary: 'Start the workflow of a schedule now',
  example: 'perdure schedule trigger -s nightly',
  flags: [SCHEDULE_FLAG, OVERLAP_FLAG],
  run: async (context) => {
    const patch = { triggerImmediately: { overlapPolicy: overlapPolicy(context.flags) } };
    const answer = await (await context.session()).call('PatchSchedule', { ...(await scheduleRef(context)), patch });
    await context.output.done(`Triggered ${context.flags.required('schedule-id')}`, answer);
  },
};
