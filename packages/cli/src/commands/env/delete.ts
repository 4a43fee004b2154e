import type { CommandSpec } from '../../command.js';
import { readEnvironments, writeEnvironments } from '../../connection/environments.js';
import { CommandError } from '../../errors.js';
import { environmentFileOf, NAME_FLAGS, placeOf } from './place.js';

/** `perdure env delete`. */
export const envDelete: CommandSpec = {
  path: 'env delete',
  summary: 'Delete an environment, or one setting of it',
  example: 'perdure env delete prod.address',
  isLocal: true,
  args: ['[env.key]'],
  flags: NAME_FLAGS,
  run: async (context) => {
    const { env, key } = placeOf(context, context.args[0]);
    const file = environmentFileOf(context);
    const { [env]: environment, ...others } = await readEnvironments(file);
    if (environment === undefined) throw new CommandError(`there is no environment "${env}"`);
    if (key !== undefined && environment[key] === undefined)
      throw new CommandError(`environment "${env}" has no setting "${key}"`);
    const left = Object.fromEntries(Object.entries(environment).filter(([name]) => name !== key));
    await writeEnvironments(file, key === undefined ? others : { ...others, [env]: left });
    await context.output.done(`Deleted ${key === undefined ? env : `${env}.${key}`}`, { env, key: key ?? null });
  },
};
