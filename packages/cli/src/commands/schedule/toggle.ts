import type { CommandSpec } from '../../command.js';
import { UsageError } from '../../errors.js';
import { SCHEDULE_FLAG, scheduleRef } from './request.js';

/** `perdure schedule toggle`. */
export const scheduleToggle: CommandSpec = {
  path: 'schedule toggle',
  summary: 'Pause a schedule, or let it go on',
  example: 'perdure schedule toggle -s nightly --pause --reason "the bank is closed"',
  flags: [
    SCHEDULE_FLAG,
    { flags: '--pause', description: 'pause it' },
    { flags: '--unpause', description: 'let it go on' },
    { flags: '--reason <text>', description: 'why' },
  ],
  run: async (context) => {
    const { flags, output } = context;
    if (flags.isSet('pause') === flags.isSet('unpause')) throw new UsageError('say either --pause or --unpause');
    const reason = flags.text('reason') ?? 'from the command line';
    const patch = flags.isSet('pause') ? { pause: reason } : { unpause: reason };
    const answer = await (await context.session()).call('PatchSchedule', { ...(await scheduleRef(context)), patch });
    await output.done(`${flags.isSet('pause') ? 'Paused' : 'Unpaused'} ${flags.required('schedule-id')}`, answer);
  },
};
