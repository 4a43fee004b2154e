import { hostname, userInfo } from 'node:os';
import type { Flags } from '../flags.js';
import { durationToMs } from '../duration.js';
import { readProfile } from './profiles.js';

/** Where and as whom to call. */
export interface ConnectionSettings {
  readonly address: string;
  readonly namespace: string;
  readonly identity: string;
  readonly apiKey: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** What the server is called in calls; undefined for the address. */
  readonly authority: string | undefined;
  readonly tls: TlsSettings | undefined;
  readonly codec: CodecSettings | undefined;
  /** How long a call may take; undefined for as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** How long connecting may take; undefined for as long as a call. */
  readonly connectTimeoutMs: number | undefined;
}

/** The remote codec that payloads go through. */
export interface CodecSettings {
  readonly endpoint: string;
  readonly auth: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What TLS needs: paths or texts in PEM. */
export interface TlsSettings {
  readonly ca: PemSource;
  readonly certificate: PemSource;
  readonly key: PemSource;
  readonly serverName: string | undefined;
  readonly isHostUnverified: boolean;
}

/** A PEM text, given as a path or as it is. */
export interface PemSource {
  readonly path: string | undefined;
  readonly data: string | undefined;
}

/** Variables per flag, the first one that is set counts. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  address: ['TEMPORAL_ADDRESS', 'TEMPORAL_CLI_ADDRESS'],
  namespace: ['TEMPORAL_NAMESPACE', 'TEMPORAL_CLI_NAMESPACE'],
  'api-key': ['TEMPORAL_API_KEY'],
  tls: ['TEMPORAL_TLS'],
  'tls-cert-path': ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CERT', 'TEMPORAL_CLI_TLS_CERT'],
  'tls-cert-data': ['TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CERT_DATA'],
  'tls-key-path': ['TEMPORAL_TLS_CLIENT_KEY_PATH', 'TEMPORAL_TLS_KEY', 'TEMPORAL_CLI_TLS_KEY'],
  'tls-key-data': ['TEMPORAL_TLS_CLIENT_KEY_DATA', 'TEMPORAL_TLS_KEY_DATA'],
  'tls-ca-path': ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_CA', 'TEMPORAL_CLI_TLS_CA'],
  'tls-ca-data': ['TEMPORAL_TLS_SERVER_CA_CERT_DATA', 'TEMPORAL_TLS_CA_DATA'],
  'tls-server-name': ['TEMPORAL_TLS_SERVER_NAME', 'TEMPORAL_CLI_TLS_SERVER_NAME'],
  'tls-disable-host-verification': [
    'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
    'TEMPORAL_CLI_TLS_DISABLE_HOST_VERIFICATION',
  ],
  'codec-endpoint': ['TEMPORAL_CODEC_ENDPOINT', 'TEMPORAL_CLI_CODEC_ENDPOINT'],
  'codec-auth': ['TEMPORAL_CODEC_AUTH', 'TEMPORAL_CLI_CODEC_AUTH'],
};

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings from, in this order: flags, variables, the profile, the defaults. What `--env` says is among the flags. */
export async function readSettings(flags: Flags, allVariables: Variables): Promise<ConnectionSettings> {
  const variables = flags.isSet('disable-config-env') ? {} : allVariables;
  const profile = flags.isSet('disable-config-file')
    ? {}
    : await readProfile(flags.text('config-file'), flags.text('profile'), variables);
  const setting = (name: string): string | undefined =>
    flags.text(name) ??
    (flags.isSet(name) ? 'true' : undefined) ??
    (flags.isOff(name) ? 'false' : undefined) ??
    variable(variables, name) ??
    profile[name];
  const endpoint = setting('codec-endpoint');
  const timeout =
    flags.text('command-timeout') ?? flags.text('context-timeout') ?? variables['TEMPORAL_CONTEXT_TIMEOUT'];
  const connectTimeout = flags.text('client-connect-timeout');
  return {
    address: setting('address') ?? 'localhost:7233',
    namespace: setting('namespace') ?? 'default',
    identity: flags.text('identity') ?? `perdure-cli:${userInfo().username}@${hostname()}`,
    apiKey: setting('api-key'),
    metadata: metadataOf(flags, profile['grpc-meta'], variables),
    authority: flags.text('client-authority'),
    tls: tlsOf(setting),
    codec:
      endpoint === undefined
        ? undefined
        : { endpoint, auth: setting('codec-auth'), headers: Object.fromEntries(flags.pairs('codec-header')) },
    timeoutMs: timeout === undefined ? 10_000 : durationToMs('command-timeout', timeout) || undefined,
    connectTimeoutMs:
      connectTimeout === undefined ? undefined : durationToMs('client-connect-timeout', connectTimeout) || undefined,
  };
}

function variable(variables: Variables, name: string): string | undefined {
  return (VARIABLES[name] ?? []).map((key) => variables[key]).find((value) => value !== undefined && value !== '');
}

function metadataOf(flags: Flags, lines: string | undefined, variables: Variables): Record<string, string> {
  const metadata = new Map<string, string>();
  for (const line of (lines ?? '').split('\n').filter((text) => text.includes('=')))
    metadata.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  for (const [key, value] of Object.entries(variables))
    if (key.startsWith('TEMPORAL_GRPC_META_') && value !== undefined)
      metadata.set(key.slice('TEMPORAL_GRPC_META_'.length).toLowerCase().replaceAll('_', '-'), value);
  for (const [key, value] of flags.pairs('grpc-meta')) metadata.set(key, value);
  return Object.fromEntries(metadata);
}

function tlsOf(setting: (name: string) => string | undefined): TlsSettings | undefined {
  const pem = (name: string): PemSource => ({ path: setting(`${name}-path`), data: setting(`${name}-data`) });
  const tls = {
    ca: pem('tls-ca'),
    certificate: pem('tls-cert'),
    key: pem('tls-key'),
    serverName: setting('tls-server-name'),
  };
  const isHostUnverified = setting('tls-disable-host-verification') === 'true';
  const isAsked = setting('tls');
  const isImplied = [tls.ca, tls.certificate, tls.key].some(
    ({ path, data }) => path !== undefined || data !== undefined,
  );
  if (isAsked === 'false') return undefined;
  if (isAsked !== 'true' && !isImplied && tls.serverName === undefined && setting('api-key') === undefined)
    return undefined;
  return { ...tls, isHostUnverified };
}
