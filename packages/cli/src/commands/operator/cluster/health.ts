import type { CommandSpec } from '../../../command.js';

/** `perdure operator cluster health`. */
export const clusterHealth: CommandSpec = {
  path: 'operator cluster health',
  summary: 'Ask whether the server answers',
  details: 'The exit code is 1 if it does not.',
  example: 'perdure operator cluster health',
  flags: [],
  run: async ({ output, session }) => {
    await (await session()).call('GetSystemInfo', {});
    await output.done('SERVING', { status: 'SERVING' });
  },
};
