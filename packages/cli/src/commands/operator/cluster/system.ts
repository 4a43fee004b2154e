import type { CommandSpec } from '../../../command.js';

/** `perdure operator cluster system`. */
export const clusterSystem: CommandSpec = {
  path: 'operator cluster system',
  summary: 'Show the version and the capabilities of the server',
  example: 'perdure operator cluster system',
  flags: [],
  run: async ({ output, session }) => output.message(await (await session()).call('GetSystemInfo', {})),
};
