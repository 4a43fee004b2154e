import type { FlagSpec } from './command.js';

/** Flags of every command: how results are shown, and where settings are kept. */
export const DISPLAY_FLAGS: readonly FlagSpec[] = [
  {
    flags: '-o, --output <format>',
    description: 'table, json, jsonl or none (default: table)',
    values: ['table', 'json', 'jsonl', 'none'],
  },
  { flags: '--fields <names>', description: 'columns of a table, separated by commas; long for all' },
  {
    flags: '--time-format <format>',
    description: 'relative, iso or raw (default: relative)',
    values: ['relative', 'iso', 'raw'],
  },
  {
    flags: '--color <when>',
    description: 'auto, always or never (default: auto)',
    values: ['auto', 'always', 'never'],
  },
  { flags: '--pager <command>', description: 'show what is longer than the screen with it [$PAGER]' },
  { flags: '--no-pager', description: 'never use a pager' },
  {
    flags: '--env-file <path>',
    description: 'file of the environments (default: ~/.config/temporalio/temporal.yaml) [$TEMPORAL_ENV_FILE]',
  },
  {
    flags: '--config-file <path>',
    description: 'file of the profiles (default: ~/.config/temporalio/temporal.toml) [$TEMPORAL_CONFIG_FILE]',
  },
  { flags: '--json-shorthand-payloads', description: 'in JSON, payloads as the values they hold' },
  { flags: '--no-json-shorthand-payloads', description: 'in JSON, payloads as they are (the default)', isHidden: true },
  { flags: '--verbose', description: 'tell on stderr of every call to the server; the same as --log-level debug' },
  {
    flags: '--log-level <level>',
    description: 'debug, info, warn, error or never (default: never)',
    values: ['debug', 'info', 'warn', 'error', 'never'],
  },
  { flags: '--log-format <format>', description: 'pretty or json (default: pretty)', values: ['pretty', 'json'] },
];

/** Flags of every command that talks to a server. */
export const CONNECTION_FLAGS: readonly FlagSpec[] = [
  { flags: '--address <host:port>', description: 'the server (default: localhost:7233) [$TEMPORAL_ADDRESS]' },
  { flags: '-n, --namespace <name>', description: 'the namespace (default: default) [$TEMPORAL_NAMESPACE]' },
  { flags: '--env <name>', description: 'environment of "perdure env" to take settings from [$TEMPORAL_ENV]' },
  { flags: '--profile <name>', description: 'profile of "perdure config" to take settings from [$TEMPORAL_PROFILE]' },
  { flags: '--disable-config-file', description: 'read no profiles' },
  { flags: '--disable-config-env', description: 'read no settings from variables' },
  { flags: '--api-key <key>', description: 'key to present; implies TLS [$TEMPORAL_API_KEY]' },
  { flags: '--grpc-meta <key=value>', description: 'header to send with calls; may be repeated', many: true },
  { flags: '--identity <text>', description: 'who you are, as histories will say' },
  { flags: '--command-timeout <duration>', description: 'how long a call may take; 0 for ever (default: 10s)' },
  { flags: '--context-timeout <seconds>', description: 'older name of --command-timeout', isHidden: true },
  { flags: '--client-connect-timeout <duration>', description: 'how long connecting may take' },
  { flags: '--client-authority <name>', description: 'what to call the server, instead of its address' },
  { flags: '--tls', description: 'connect with TLS [$TEMPORAL_TLS]' },
  { flags: '--tls-cert-path <path>', description: 'your certificate, PEM [$TEMPORAL_TLS_CLIENT_CERT_PATH]' },
  { flags: '--tls-cert-data <pem>', description: 'your certificate itself [$TEMPORAL_TLS_CLIENT_CERT_DATA]' },
  { flags: '--tls-key-path <path>', description: 'your private key, PEM [$TEMPORAL_TLS_CLIENT_KEY_PATH]' },
  { flags: '--tls-key-data <pem>', description: 'your private key itself [$TEMPORAL_TLS_CLIENT_KEY_DATA]' },
  { flags: '--tls-ca-path <path>', description: 'authority of the server, PEM [$TEMPORAL_TLS_SERVER_CA_CERT_PATH]' },
  { flags: '--tls-ca-data <pem>', description: 'authority of the server itself [$TEMPORAL_TLS_SERVER_CA_CERT_DATA]' },
  {
    flags: '--tls-server-name <name>',
    description: "name to expect in the server's certificate [$TEMPORAL_TLS_SERVER_NAME]",
  },
  {
    flags: '--tls-disable-host-verification',
    description: 'accept any certificate of the server [$TEMPORAL_TLS_DISABLE_HOST_VERIFICATION]',
  },
  { flags: '--codec-endpoint <url>', description: 'remote codec for payloads [$TEMPORAL_CODEC_ENDPOINT]' },
  { flags: '--codec-auth <text>', description: 'authorization for the remote codec [$TEMPORAL_CODEC_AUTH]' },
  {
    flags: '--codec-header <key=value>',
    description: 'header to send to the remote codec; may be repeated',
    many: true,
  },
];
