import type { CommandSpec } from '../../command.js';
import { jsonPayloads } from '../../payloads.js';
import { ACTIVITY_FLAGS, activityOf } from './activity.js';

/** `perdure activity heartbeat`. */
export const activityHeartbeat: CommandSpec = {
  path: 'activity heartbeat',
  summary: 'Report that an activity makes progress, and learn whether it shall be cancelled',
  example: `perdure activity heartbeat -a 1 -w 123 --detail '{"page":7}'`,
  flags: [...ACTIVITY_FLAGS, { flags: '--detail <json>', description: 'how far it got' }],
  run: async (context) => {
    const detail = context.flags.text('detail');
    const details = detail === undefined ? undefined : jsonPayloads(detail);
    const request = { ...(await activityOf(context)), details };
    const answer = await (await context.session()).call('RecordActivityTaskHeartbeatById', request);
    const isCancelled = answer['cancelRequested'] === true;
    await context.output.done(isCancelled ? 'Heard; it shall be cancelled' : 'Heard', {
      cancelRequested: false,
      ...answer,
    });
  },
};
