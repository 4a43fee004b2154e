import type { CommandSpec } from '../../command.js';
import { writeProfiles, type Profile } from '../../connection/profiles.js';
import { CommandError } from '../../errors.js';
import { checkProperty, PROFILE_FLAG, profileNameOf, profilesOf } from './profile.js';

/** `perdure config delete`. */
export const configDelete: CommandSpec = {
  path: 'config delete',
  summary: 'Delete a setting of a profile',
  example: 'perdure config delete --profile prod --prop tls.server_name',
  isLocal: true,
  flags: [PROFILE_FLAG, { flags: '-p, --prop <name>', description: 'the property', required: true }],
  run: async (context) => {
    const name = context.flags.required('prop');
    checkProperty(name);
    const { path, profiles } = await profilesOf(context);
    const profileName = profileNameOf(context);
    const profile = profiles[profileName];
    if (profile === undefined)
      throw new CommandError(`${path} has no profile "${profileName}"; see: perdure config list`);
    const left = withoutProperty(profile, name.split('.'));
    if (left === undefined) throw new CommandError(`profile "${profileName}" does not set ${name}`);
    await writeProfiles(path, { ...profiles, [profileName]: left });
    await context.output.done(`Deleted ${name} of profile ${profileName}`, { profile: profileName, prop: name });
  },
};

function withoutProperty(profile: Profile, [first = '', ...rest]: readonly string[]): Profile | undefined {
  const { [first]: value, ...others } = profile;
  if (value === undefined) return undefined;
  if (rest.length === 0) return others;
  const inner = typeof value === 'object' && value !== null ? withoutProperty(value as Profile, rest) : undefined;
  if (inner === undefined) return undefined;
  return Object.keys(inner).length === 0 ? others : { ...others, [first]: inner };
}
