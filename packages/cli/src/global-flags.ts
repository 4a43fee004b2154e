import type { FlagSpec } from './command.js';

/** Flags of every command: how results are shown. */
export const DISPLAY_FLAGS: readonly FlagSpec[] = [
  { flags: '-o, --output <format>', description: 'table, json, jsonl or none (default: table)' },
  { flags: '--fields <names>', description: 'columns of a table, separated by commas; long for all' },
  { flags: '--time-format <format>', description: 'relative, iso or raw (default: relative)' },
  { flags: '--color <when>', description: 'auto, always or never (default: auto)' },
  { flags: '--env-file <path>', description: 'file of the environments (default: ~/.config/temporalio/temporal.yaml)' },
  { flags: '--config-file <path>', description: 'file of the profiles [$TEMPORAL_CONFIG_FILE]' },
  { flags: '--no-pager', description: 'accepted for compatibility; output is never paged' },
];

/** Flags of every command that talks to a server. */
export const CONNECTION_FLAGS: readonly FlagSpec[] = [
  { flags: '--address <host:port>', description: 'the server (default: localhost:7233) [$TEMPORAL_ADDRESS]' },
  { flags: '-n, --namespace <name>', description: 'the namespace (default: default) [$TEMPORAL_NAMESPACE]' },
  { flags: '--env <name>', description: 'environment of "perdure env" to take settings from [$TEMPORAL_ENV]' },
  { flags: '--profile <name>', description: 'profile to take settings from [$TEMPORAL_PROFILE]' },
  { flags: '--disable-config-file', description: 'read no profiles' },
  { flags: '--api-key <key>', description: 'key to present; implies TLS [$TEMPORAL_API_KEY]' },
  { flags: '--grpc-meta <key=value>', description: 'header to send with calls; may be repeated', many: true },
  { flags: '--identity <text>', description: 'who you are, as histories will say' },
  { flags: '--command-timeout <duration>', description: 'how long a call may take (default: 10s)' },
  { flags: '--context-timeout <duration>', description: 'older name of --command-timeout' },
  { flags: '--tls', description: 'connect with TLS [$TEMPORAL_TLS]' },
  { flags: '--tls-cert-path <path>', description: 'your certificate, PEM [$TEMPORAL_TLS_CLIENT_CERT_PATH]' },
  { flags: '--tls-cert-data <pem>', description: 'your certificate itself' },
  { flags: '--tls-key-path <path>', description: 'your private key, PEM [$TEMPORAL_TLS_CLIENT_KEY_PATH]' },
  { flags: '--tls-key-data <pem>', description: 'your private key itself' },
  { flags: '--tls-ca-path <path>', description: 'authority of the server, PEM [$TEMPORAL_TLS_SERVER_CA_CERT_PATH]' },
  { flags: '--tls-ca-data <pem>', description: 'authority of the server itself' },
  { flags: '--tls-server-name <name>', description: "name to expect in the server's certificate" },
  { flags: '--tls-disable-host-verification', description: 'accept any certificate of the server' },
  { flags: '--codec-endpoint <url>', description: 'remote codec for payloads [$TEMPORAL_CODEC_ENDPOINT]' },
  { flags: '--codec-auth <text>', description: 'authorization for the remote codec [$TEMPORAL_CODEC_AUTH]' },
];
