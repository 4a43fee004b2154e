import type { CommandSpec } from '../../command.js';
import { OVERLAP_FLAG, overlapPolicy, SCHEDULE_FLAG, scheduleRef } from './request.js';

/** `perdure schedule backfill`. */
export const scheduleBackfill: CommandSpec = {
  path: 'schedule backfill',
  summary: 'Do what a schedule would have done in a time that is past',
  example: 'perdure schedule backfill -s nightly --start-time 2026-11-01T00:00:00Z --end-time 2026-11-08T00:00:00Z',
  flags: [
    SCHEDULE_FLAG,
    { flags: '--start-time <time>', description: 'from when', required: true },
    { flags: '--end-time <time>', description: 'until when', required: true },
    OVERLAP_FLAG,
  ],
  run: async (context) => {
    const { flags, output } = context;
    const range = {
      startTime: flags.time('start-time'),
      endTime: flags.time('end-time'),
      overlapPolicy: overlapPolicy(flags),
    };
    const request = { ...(await scheduleRef(context)), patch: { backfillRequest: [range] } };
    const answer = await (await context.session()).call('PatchSchedule', request);
    await output.done(`Backfilled ${flags.required('schedule-id')}`, answer);
  },
};
