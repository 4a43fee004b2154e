import { namesOf, type CommandContext, type CommandSpec } from '../../command.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from '../../global-flags.js';
import { nearest } from '../../spelling.js';
import { readEnvironments, writeEnvironments } from '../../connection/environments.js';
import { UsageError } from '../../errors.js';
import { environmentFileOf, NAME_FLAGS, placeOf } from './place.js';

/** `perdure env set`. */
export const envSet: CommandSpec = {
  path: 'env set',
  summary: 'Keep a setting of an environment',
  details:
    'Settings have the names of the flags they stand for: address, namespace, tls-cert-path, tls-key-path, api-key, codec-endpoint, output ... They are used by commands with --env NAME; those of the environment "default" always.',
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
    warnOfUnknown(context, key);
    const file = environmentFileOf(context);
    const all = await readEnvironments(file);
    await writeEnvironments(file, { ...all, [env]: { ...all[env], [key]: value } });
    await output.done(`Set ${env}.${key}`, { env, key, value });
  },
};

/** Any name may be kept, since other programs read the file too; but a name that no flag has is likely a slip. */
function warnOfUnknown({ terminal }: CommandContext, key: string): void {
  const names = [...CONNECTION_FLAGS, ...DISPLAY_FLAGS].map((flag) => namesOf(flag).long.slice(2));
  const close = names.includes(key) ? undefined : nearest(key, names);
  if (close !== undefined) terminal.err(`perdure: no flag is called ${key}; did you mean ${close}?\n`);
}
