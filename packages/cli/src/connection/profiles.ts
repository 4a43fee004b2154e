import { CommandError } from '../errors.js';
import { ownMembers } from '../own-members.js';
import { profileFile, readIfThere, writePrivately } from './files.js';

/** One profile, by the names of the flags. */
export type ProfileSettings = Readonly<Record<string, string>>;

type Variables = Readonly<Record<string, string | undefined>>;

interface Table {
  readonly [name: string]: unknown;
}

/** Keys of a profile: https://docs.temporal.io/develop/environment-configuration */
const TABLE_KEYS: Readonly<Record<string, string>> = {
  client_cert_path: 'tls-cert-path',
  client_cert_data: 'tls-cert-data',
  client_key_path: 'tls-key-path',
  client_key_data: 'tls-key-data',
  server_ca_cert_path: 'tls-ca-path',
  server_ca_cert_data: 'tls-ca-data',
  server_name: 'tls-server-name',
  disable_host_verification: 'tls-disable-host-verification',
};

/** Everything a profile may set, by dotted names, besides `grpc_meta.KEY`. */
export const KNOWN_PROPERTIES: readonly string[] = [
  'address',
  'namespace',
  'api_key',
  'tls',
  'tls.disabled',
  ...Object.keys(TABLE_KEYS).map((key) => `tls.${key}`),
  'codec.endpoint',
  'codec.auth',
];

/** One profile as the file holds it. */
export type Profile = Readonly<Record<string, unknown>>;

/** The profile file: where it is, and what it holds. */
export interface ProfileFile {
  readonly path: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

/** All profiles of the file. */
export async function readProfiles(asked: string | undefined, variables: Variables): Promise<ProfileFile> {
  const path = profileFile(asked, variables);
  const text = readIfThere(path);
  if (text === '') return { path, profiles: ownMembers({}) };
  const { parse } = await import('smol-toml');
  try {
    const profiles = Object.entries(table((parse(text) as Table)['profile']));
    return { path, profiles: ownMembers(Object.fromEntries(profiles.map(([name, value]) => [name, table(value)]))) };
  } catch (error) {
    throw new CommandError(`${path} is not valid TOML: ${(error as Error).message.replace(/\s*\n[^]*\n/, ' ')}`);
  }
}

/** Replaces all profiles; whatever else the file holds stays as it is written, with all comments. */
export async function writeProfiles(path: string, profiles: ProfileFile['profiles']): Promise<void> {
  const { withProfiles } = await import('./profile-text.js');
  writePrivately(path, withProfiles(readIfThere(path), profiles));
}

/** The settings of a profile; an Error if it was asked for by name and is not there. */
export async function readProfile(
  asked: string | undefined,
  name: string | undefined,
  variables: Variables,
): Promise<ProfileSettings> {
  const { path, profiles } = await readProfiles(asked, variables);
  const wanted = name ?? (variables['TEMPORAL_PROFILE'] || undefined);
  const profile = profiles[wanted ?? 'default'];
  if (profile === undefined && wanted !== undefined)
    throw new CommandError(`${path} has no profile "${wanted}"; it has: ${Object.keys(profiles).join(', ') || 'none'}`);
  return settingsOf(table(profile));
}

function settingsOf(profile: Table): ProfileSettings {
  const settings: Record<string, string> = {};
  for (const name of ['address', 'namespace', 'api_key']) put(settings, name.replace('_', '-'), profile[name]);
  const tls = profile['tls'];
  for (const [key, flag] of Object.entries(TABLE_KEYS)) put(settings, flag, table(tls)[key]);
  if (tls === true || typeof tls === 'object') put(settings, 'tls', table(tls)['disabled'] !== true);
  put(settings, 'codec-endpoint', table(profile['codec'])['endpoint']);
  put(settings, 'codec-auth', table(profile['codec'])['auth']);
  const meta = Object.entries(table(profile['grpc_meta'])).map(
    ([key, value]) => `${key.toLowerCase().replaceAll('_', '-')}=${String(value)}`,
  );
  if (meta.length > 0) settings['grpc-meta'] = meta.join('\n');
  return settings;
}

function put(settings: Record<string, string>, name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean') settings[name] = String(value);
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}
