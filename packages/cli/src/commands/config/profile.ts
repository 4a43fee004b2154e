import type { CommandContext, FlagSpec } from '../../command.js';
import { KNOWN_PROPERTIES, readProfiles, type ProfileFile, type Profile } from '../../connection/profiles.js';
import { UsageError } from '../../errors.js';
import { nearest } from '../../spelling.js';

/** The flag that names a profile, where there is no connection that has one. */
export const PROFILE_FLAG: FlagSpec = {
  flags: '--profile <name>',
  description: 'the profile (default: default) [$TEMPORAL_PROFILE]',
};

/** The name of the profile that is meant. */
export function profileNameOf({ flags, terminal }: CommandContext): string {
  return flags.text('profile') ?? (terminal.variables['TEMPORAL_PROFILE'] || 'default');
}

/** All profiles of the file that flags and variables name. */
export function profilesOf({ flags, terminal }: CommandContext): Promise<ProfileFile> {
  return readProfiles(flags.text('config-file'), terminal.variables);
}

/** The values of a profile by their dotted names, such as `tls.server_name`. */
export function flattened(profile: Profile, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(profile).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, textOf(value)] as const];
    const inner = flattened(value as Profile, `${name}.`);
    // An empty table says something too: that there is TLS.
    return inner.length === 0 ? [[name, 'true'] as const] : inner;
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Refuses what profiles do not have. */
export function checkProperty(name: string): void {
  if (KNOWN_PROPERTIES.includes(name) || /^grpc_meta\.[^.]+$/.test(name)) return;
  const close = nearest(name, KNOWN_PROPERTIES);
  const advice =
    close === undefined ? `there are ${KNOWN_PROPERTIES.join(', ')}, grpc_meta.KEY` : `did you mean ${close}?`;
  throw new UsageError(`profiles have no property "${name}": ${advice}`);
}
