import type { CommandSpec } from '../../command.js';
import { readEnvironments } from '../../connection/environments.js';
import { CommandError } from '../../errors.js';
import { environmentFileOf, NAME_FLAGS, placeOf } from './place.js';

/** `perdure env get`. */
export const envGet: CommandSpec = {
  path: 'env get',
  summary: 'Show the settings of an environment',
  example: 'perdure env get prod',
  isLocal: true,
  args: ['[env.key]'],
  flags: NAME_FLAGS,
  run: async (context) => {
    const { env, key } = placeOf(context, context.args[0]);
    const environment = (await readEnvironments(environmentFileOf(context)))[env];
    if (environment === undefined) throw new CommandError(`there is no environment "${env}"; see: perdure env list`);
    const entries = Object.entries(environment).filter(([name]) => key === undefined || name === key);
    if (entries.length === 0) throw new CommandError(`environment "${env}" has no setting "${key ?? ''}"`);
    entries.sort(([one], [other]) => (one < other ? -1 : 1));
    const json = entries.map(([property, value]) => ({ property, value: String(value) }));
    if (context.output.isForPeople) await context.output.card('', entries, json);
    else await context.output.list(json, []);
  },
};
