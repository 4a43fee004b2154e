import { CommandError } from '../errors.js';
import { profileFile, readIfThere } from './files.js';

/** One profile, by the names of the flags. */
export type ProfileSettings = Readonly<Record<string, string>>;

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

/** All tables of the profile file. */
export async function readProfiles(
  asked: string | undefined,
  variables: NodeJS.ProcessEnv,
): Promise<{ readonly path: string; readonly profiles: Table }> {
  const path = profileFile(asked, variables);
  const text = readIfThere(path);
  const { parse } = await import('smol-toml');
  try {
    return { path, profiles: table((parse(text) as Table)['profile']) };
  } catch (error) {
    throw new CommandError(`${path} is not valid TOML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** The settings of a profile; an Error if it was asked for by name and is not there. */
export async function readProfile(
  asked: string | undefined,
  name: string | undefined,
  variables: NodeJS.ProcessEnv,
): Promise<ProfileSettings> {
  const { path, profiles } = await readProfiles(asked, variables);
  const wanted = name ?? variables['TEMPORAL_PROFILE'];
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
  const meta = Object.entries(table(profile['grpc_meta'])).map(([key, value]) => `${key}=${String(value)}`);
  if (meta.length > 0) settings['grpc-meta'] = meta.join('\n');
  return settings;
}

function put(settings: Record<string, string>, name: string, value: unknown): void {
  if (typeof value === 'string' || typeof value === 'boolean') settings[name] = String(value);
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}
