import type { CommandSpec } from '../../command.js';
import { listPages } from '../list-pages.js';

/** `perdure schedule list`. */
export const scheduleList: CommandSpec = {
  path: 'schedule list',
  summary: 'List the schedules',
  example: 'perdure schedule list',
  flags: [
    { flags: '-q, --query <filter>', description: 'which ones' },
    { flags: '--limit <count>', description: 'at most so many' },
    { flags: '-l, --long', description: 'with notes and the next time; the same as --fields long' },
    { flags: '--really-long', description: 'the same as --long', isHidden: true },
  ],
  run: async (context) => {
    const { flags, session } = context;
    const columns = [
      { name: 'ScheduleId', path: 'scheduleId' },
      { name: 'Workflow', path: 'info.workflowType.name' },
      { name: 'Paused', path: 'info.paused' },
    ];
    const more = [
      { name: 'Notes', path: 'info.notes' },
      { name: 'NextTimes', path: 'info.futureActionTimes' },
    ];
    await listPages(context, {
      method: 'ListSchedules',
      request: { namespace: (await session()).namespace, query: flags.text('query') },
      field: 'schedules',
      limit: flags.count('limit') ?? 0,
      columns: flags.isSet('long') || flags.isSet('really-long') ? [...columns, ...more] : columns,
      more,
    });
  },
};
