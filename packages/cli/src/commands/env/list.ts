import type { CommandSpec } from '../../command.js';
import { readEnvironments } from '../../connection/environments.js';
import { environmentFileOf } from './place.js';

/** `perdure env list`. */
export const envList: CommandSpec = {
  path: 'env list',
  summary: 'List the environments',
  example: 'perdure env list',
  isLocal: true,
  flags: [],
  run: async (context) => {
    const names = Object.keys(await readEnvironments(environmentFileOf(context)));
    await context.output.list(
      names.map((name) => ({ name })),
      [{ name: 'Name', path: 'name' }],
    );
  },
};
