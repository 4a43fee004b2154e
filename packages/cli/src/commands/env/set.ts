import type { CommandSpec } from '../../command.js';
import { readEnvironments, writeEnvironments } from '../../connection/environments.js';
import { UsageError } from '../../errors.js';
import { environmentFileOf, NAME_FLAGS, placeOf } from './place.js';

/** `perdure env set`. */
export const envSet: CommandSpec = {
  path: 'env set',
  summary: 'Keep a setting of an environment',
  details:
    'Settings have the names of the flags: address, namespace, tls-cert-path, tls-key-path, codec-endpoint, api-key ... Use them with --env.',
  example: 'perdure env set prod.address prod.example.com:7233',
  isLocal: true,
  args: ['[env.key]', '[value]'],
  flags: [...NAME_FLAGS, { flags: '--value <text>', description: 'the value, instead of the second word' }],
  run: async (context) => {
    const { flags, args, output } = context;
    const hasPlace = flags.text('env') === undefined;
    const { env, key } = placeOf(context, hasPlace ? args[0] : undefined);
    const value = flags.text('value') ?? args[hasPlace ? 1 : 0];
    if (key === undefined || key === '' || value === undefined)
      throw new UsageError('say what to set, such as: perdure env set prod.address HOST:PORT');
    const file = environmentFileOf(context);
    const all = await readEnvironments(file);
    await writeEnvironments(file, { ...all, [env]: { ...all[env], [key]: value } });
    await output.done(`Set ${env}.${key}`, { env, key, value });
  },
};
