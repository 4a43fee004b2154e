import type { CommandSpec } from '../../command.js';
import { readEnvironments, writeEnvironments } from '../../connection/environments.js';
import { CommandError, UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';

const NAME_FLAGS = [
  { flags: '--env <name>', description: 'the environment, instead of the first word' },
  { flags: '-k, --key <name>', description: 'the setting, instead of the word after the dot' },
];

interface Place {
  readonly env: string;
  readonly key: string | undefined;
}

function placeOf(flags: Flags, word: string | undefined): Place {
  const dot = word?.indexOf('.') ?? -1;
  const env = flags.text('env') ?? (dot < 0 ? word : word?.slice(0, dot));
  if (env === undefined || env === '') throw new UsageError('which environment? Name it, such as prod or prod.address');
  return { env, key: flags.text('key') ?? (dot < 0 ? undefined : word?.slice(dot + 1)) };
}

/** `perdure env set`. */
export const envSet: CommandSpec = {
  path: 'env set',
  summary: 'Keep a setting of an environment; its names are those of the flags',
  example: 'perdure env set prod.address prod.example.com:7233',
  isLocal: true,
  args: ['[env.key]', '[value]'],
  flags: [...NAME_FLAGS, { flags: '--value <text>', description: 'the value, instead of the second word' }],
  run: async ({ flags, args, output }) => {
    const hasPlace = flags.text('env') === undefined;
    const { env, key } = placeOf(flags, hasPlace ? args[0] : undefined);
    const value = flags.text('value') ?? args[hasPlace ? 1 : 0];
    if (key === undefined || key === '' || value === undefined)
      throw new UsageError('say what to set, such as: perdure env set prod.address HOST:PORT');
    const all = await readEnvironments(flags.text('env-file'));
    await writeEnvironments(flags.text('env-file'), { ...all, [env]: { ...all[env], [key]: value } });
    output.done(`Set ${env}.${key}`, { env, key, value });
  },
};

/** `perdure env get`. */
export const envGet: CommandSpec = {
  path: 'env get',
  summary: 'Show the settings of an environment',
  example: 'perdure env get prod',
  isLocal: true,
  args: ['[env]'],
  flags: NAME_FLAGS,
  run: async ({ flags, args, output }) => {
    const { env, key } = placeOf(flags, args[0]);
    const environment = (await readEnvironments(flags.text('env-file')))[env];
    if (environment === undefined) throw new CommandError(`there is no environment "${env}"`);
    const entries = Object.entries(environment).filter(([name]) => key === undefined || name === key);
    if (entries.length === 0) throw new CommandError(`environment "${env}" has no setting "${key ?? ''}"`);
    entries.sort(([one], [other]) => (one < other ? -1 : 1));
    await output.card('', entries, Object.fromEntries(entries));
  },
};

/** `perdure env list`. */
export const envList: CommandSpec = {
  path: 'env list',
  summary: 'List the environments',
  example: 'perdure env list',
  isLocal: true,
  flags: [],
  run: async ({ flags, output }) => {
    const names = Object.keys(await readEnvironments(flags.text('env-file')));
    await output.list(
      names.map((name) => ({ name })),
      [{ name: 'Name', path: 'name' }],
    );
  },
};

/** `perdure env delete`. */
export const envDelete: CommandSpec = {
  path: 'env delete',
  summary: 'Delete an environment, or one setting of it',
  example: 'perdure env delete prod.address',
  isLocal: true,
  args: ['[env.key]'],
  flags: NAME_FLAGS,
  run: async ({ flags, args, output }) => {
    const { env, key } = placeOf(flags, args[0]);
    const { [env]: environment, ...others } = await readEnvironments(flags.text('env-file'));
    if (environment === undefined) throw new CommandError(`there is no environment "${env}"`);
    const left = Object.fromEntries(Object.entries(environment).filter(([name]) => name !== key));
    await writeEnvironments(flags.text('env-file'), key === undefined ? others : { ...others, [env]: left });
    output.done(`Deleted ${key === undefined ? env : `${env}.${key}`}`, { env });
  },
};
