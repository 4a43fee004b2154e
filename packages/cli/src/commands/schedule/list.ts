import type { CommandSpec } from '../../command.js';

/** `perdure schedule list`. */
export const scheduleList: CommandSpec = {
  path: 'schedule list',
  summary: 'List the schedules',
  example: 'perdure schedule list',
  flags: [
    { flags: '-q, --query <filter>', description: 'which ones' },
    { flags: '--limit <count>', description: 'at most so many' },
    { flags: '-l, --long', description: 'with notes and the next time; the same as --fields long' },
    { flags: '--really-long', description: 'the same as -o json', isHidden: true },
  ],
  run: async ({ flags, output, session }) => {
    const opened = await session();
    const request = { namespace: opened.namespace, query: flags.text('query') };
    const { items } = await opened.items('ListSchedules', request, 'schedules', flags.count('limit') || Infinity);
    const columns = [
      { name: 'ScheduleId', path: 'scheduleId' },
      { name: 'Workflow', path: 'info.workflowType.name' },
      { name: 'Paused', path: 'info.paused' },
    ];
    const more = [
      { name: 'Notes', path: 'info.notes' },
      { name: 'NextTimes', path: 'info.futureActionTimes' },
    ];
    await output.list(items, flags.isSet('long') ? [...columns, ...more] : columns, more);
  },
};
