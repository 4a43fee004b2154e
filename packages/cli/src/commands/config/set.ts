import type { CommandSpec } from '../../command.js';
import { writeProfiles, type Profile } from '../../connection/profiles.js';
import { UsageError } from '../../errors.js';
import { checkProperty, PROFILE_FLAG, profileNameOf, profilesOf } from './profile.js';

const SWITCHES = ['tls', 'tls.disabled', 'tls.disable_host_verification'];

/** `perdure config set`. */
export const configSet: CommandSpec = {
  path: 'config set',
  summary: 'Keep a setting of a profile',
  details: 'Profiles are read by SDKs too.',
  example: 'perdure config set --profile prod --prop address --value prod.example.com:7233',
  isLocal: true,
  flags: [
    PROFILE_FLAG,
    {
      flags: '-p, --prop <name>',
      description: 'the property, such as address or tls.client_cert_path',
      required: true,
    },
    { flags: '-v, --value <text>', description: 'its value', required: true },
  ],
  run: async (context) => {
    const [name, value] = [context.flags.required('prop'), context.flags.required('value')];
    checkProperty(name);
    const { path, profiles } = await profilesOf(context);
    const profileName = profileNameOf(context);
    const changed = withProperty(profiles[profileName] ?? {}, name, valueOf(name, value));
    await writeProfiles(path, { ...profiles, [profileName]: changed });
    await context.output.done(`Set ${name} of profile ${profileName}`, { profile: profileName, prop: name, value });
  },
};

function valueOf(name: string, text: string): unknown {
  if (!SWITCHES.includes(name)) return text;
  if (text !== 'true' && text !== 'false') throw new UsageError(`${name} is true or false, not "${text}"`);
  return name === 'tls' ? { disabled: text === 'false' } : text === 'true';
}

function withProperty(profile: Profile, name: string, value: unknown): Profile {
  const [first = '', ...rest] = name.split('.');
  const before = profile[first];
  const table = typeof before === 'object' && before !== null ? (before as Profile) : {};
  if (rest.length > 0) return { ...profile, [first]: { ...table, [rest.join('.')]: value } };
  return { ...profile, [first]: first === 'tls' ? { ...table, ...(value as Profile) } : value };
}
