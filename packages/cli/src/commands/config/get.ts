import type { CommandSpec } from '../../command.js';
import type { Profile } from '../../connection/profiles.js';
import { CommandError } from '../../errors.js';
import type { Json, JsonObject } from '../../json.js';
import { checkProperty, flattened, PROFILE_FLAG, profileNameOf, profilesOf } from './profile.js';

/** `perdure config get`. */
export const configGet: CommandSpec = {
  path: 'config get',
  summary: 'Show the settings of a profile',
  example: 'perdure config get --profile prod',
  isLocal: true,
  flags: [PROFILE_FLAG, { flags: '-p, --prop <name>', description: 'only this property' }],
  run: async (context) => {
    const name = context.flags.text('prop');
    if (name !== undefined) checkProperty(name);
    const { path, profiles } = await profilesOf(context);
    const profileName = profileNameOf(context);
    const profile = profiles[profileName];
    if (profile === undefined)
      throw new CommandError(`${path} has no profile "${profileName}"; see: perdure config list`);
    const entries = flattened(profile).filter(
      ([property]) => name === undefined || property === name || property.startsWith(`${name}.`),
    );
    if (name !== undefined && entries.length === 0)
      throw new CommandError(`profile "${profileName}" does not set ${name}`);
    const value = name === undefined ? undefined : valueAt(profile, name.split('.'));
    await context.output.card('', entries, name === undefined ? (profile as JsonObject) : { property: name, value });
  },
};

function valueAt(profile: Profile, [first = '', ...rest]: readonly string[]): Json | undefined {
  const value = profile[first] as Json | undefined;
  return rest.length === 0 ? value : valueAt((value ?? {}) as Profile, rest);
}
