import type { CommandSpec } from '../../command.js';
import { profilesOf } from './profile.js';

/** `perdure config list`. */
export const configList: CommandSpec = {
  path: 'config list',
  summary: 'List the profiles',
  example: 'perdure config list',
  isLocal: true,
  flags: [],
  run: async (context) => {
    const { profiles } = await profilesOf(context);
    const names = Object.keys(profiles).sort();
    await context.output.list(
      names.map((name) => ({ name })),
      [{ name: 'Name', path: 'name' }],
    );
  },
};
