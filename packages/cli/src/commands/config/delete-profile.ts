import type { CommandSpec } from '../../command.js';
import { writeProfiles } from '../../connection/profiles.js';
import { CommandError } from '../../errors.js';
import { profilesOf } from './profile.js';

/** `perdure config delete-profile`. */
export const configDeleteProfile: CommandSpec = {
  path: 'config delete-profile',
  summary: 'Delete a profile with all its settings',
  example: 'perdure config delete-profile --profile prod',
  isLocal: true,
  flags: [{ flags: '--profile <name>', description: 'the profile', required: true }],
  run: async (context) => {
    const name = context.flags.required('profile');
    const { path, profiles } = await profilesOf(context);
    const { [name]: deleted, ...others } = profiles;
    if (deleted === undefined) throw new CommandError(`${path} has no profile "${name}"; see: perdure config list`);
    await writeProfiles(path, others);
    await context.output.done(`Deleted profile ${name}`, { profile: name });
  },
};
