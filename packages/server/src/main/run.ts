#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { TlsOptions } from '../api/index.js';
import type { AllowedAddress } from '../nexus/index.js';
import type { LogLevel } from '../observability/index.js';
import { ListenError, type PortOption } from '../listen-error.js';
import { tuneV8 } from './tune-v8.js';
import { startServer, type RunningServer } from './start-server.js';

tuneV8();

const USAGE = `Usage: node run.js [options]

Runs a Perdure server in this process.

  --db-filename FILE     SQLite file to keep everything in (default: in memory, gone when the server stops)
  --in-memory            keep everything in memory
  --ip ADDRESS           address to listen on (default 127.0.0.1)
  --port PORT            gRPC port (default 7233)
  --http-port PORT       Nexus over HTTP (default: off)
  --http-url URL         how servers outside reach that port (default: by its address)
  --callback-address PATTERN
                         host or host:port, with * for anything, that callbacks may go to over https; with http:// before
                         it also without TLS; may be repeated (default: only this server itself)
  --metrics-port PORT    Prometheus metrics at /metrics and a probe at /healthz (default: off)
  --namespace NAME       namespace to create at start; may be repeated (default: default)
  --tls-cert-path FILE   certificate of the server, PEM; needs --tls-key-path
  --tls-key-path FILE    private key of the server, PEM
  --tls-ca-path FILE     clients must present a certificate signed by one of these authorities (mTLS)
  --log-level LEVEL      debug, info, warn, error or silent (default info)
  --log-format FORMAT    json or pretty (default pretty on a terminal, else json)
  --help                 this text
`;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];

interface Settings {
  readonly dbFilename: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly httpPort: number | undefined;
  readonly httpUrl: string | undefined;
  readonly callbackAddresses: readonly AllowedAddress[];
  readonly metricsPort: number | undefined;
  readonly namespaces: readonly string[];
  readonly tls: TlsOptions | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
}

function readSettings(): Settings | 'help' {
  const { values } = parseArgs({
    options: {
      'db-filename': { type: 'string' },
      'in-memory': { type: 'boolean' },
      ip: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '7233' },
      'http-port': { type: 'string' },
      'http-url': { type: 'string' },
      'callback-address': { type: 'string', multiple: true },
      'metrics-port': { type: 'string' },
      namespace: { type: 'string', multiple: true },
      'tls-cert-path': { type: 'string' },
      'tls-key-path': { type: 'string' },
      'tls-ca-path': { type: 'string' },
      'log-level': { type: 'string', default: 'info' },
      'log-format': { type: 'string', default: process.stdout.isTTY ? 'pretty' : 'json' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  if (values['in-memory'] === true && values['db-filename'] !== undefined)
    throw new Error('--in-memory and --db-filename exclude each other.');
  return {
    dbFilename: values['db-filename'],
    host: values.ip,
    port: portNumber('--port', values.port),
    httpPort: optionalPort('--http-port', values['http-port']),
    httpUrl: values['http-url'],
    callbackAddresses: (values['callback-address'] ?? []).map(allowedAddress),
    metricsPort: optionalPort('--metrics-port', values['metrics-port']),
    namespaces: values.namespace ?? ['default'],
    tls: readTls(values['tls-cert-path'], values['tls-key-path'], values['tls-ca-path']),
    logLevel: oneOf('--log-level', values['log-level'], LOG_LEVELS) as LogLevel,
    logFormat: oneOf('--log-format', values['log-format'], ['json', 'pretty']) as 'json' | 'pretty',
  };
}

function allowedAddress(text: string): AllowedAddress {
  const [, scheme, pattern = ''] = /^(https?:\/\/)?([^/\s]+)$/.exec(text) ?? [];
  if (pattern === '') throw new Error(`--callback-address must be HOST or HOST:PORT, not "${text}".`);
  return { pattern, allowInsecure: scheme === 'http://' };
}

function optionalPort(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : portNumber(flag, text);
}

function portNumber(flag: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${flag} must be a port number from 0 to 65535, not "${text}".`);
  return port;
}

function oneOf(flag: string, value: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) throw new Error(`${flag} must be one of ${allowed.join(', ')}, not "${value}".`);
  return value;
}

function readTls(
  certPath: string | undefined,
  keyPath: string | undefined,
  caPath: string | undefined,
): TlsOptions | undefined {
  if (certPath === undefined && keyPath === undefined && caPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined)
    throw new Error('TLS needs both --tls-cert-path and --tls-key-path.');
  const tls = { certificate: readFileSync(certPath), privateKey: readFileSync(keyPath) };
  return caPath === undefined ? tls : { ...tls, clientAuthorities: readFileSync(caPath) };
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const server = await startServer({
    store: settings.dbFilename === undefined ? { kind: 'memory' } : { kind: 'sqlite', path: settings.dbFilename },
    grpc: { host: settings.host, port: settings.port, ...(settings.tls === undefined ? {} : { tls: settings.tls }) },
    ...(settings.httpPort === undefined
      ? {}
      : {
          http: {
            host: settings.host,
            port: settings.httpPort,
            ...(settings.httpUrl === undefined ? {} : { publicUrl: settings.httpUrl }),
          },
        }),
    ...(settings.metricsPort === undefined ? {} : { metrics: { host: settings.host, port: settings.metricsPort } }),
    callbackAddresses: settings.callbackAddresses,
    log: { level: settings.logLevel, format: settings.logFormat },
    namespaces: settings.namespaces,
    onFatal: () => process.exit(1),
  });
  stopOnSignals(server);
  server.services.log.info('Server ready', {
    address: server.address,
    httpAddress: server.httpAddress,
    metricsAddress: server.metricsAddress,
    store: settings.dbFilename ?? 'memory',
  });
}

/** The first signal drains and writes everything; the second one ends the process at once. */
function stopOnSignals(server: RunningServer): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    server.services.log.info('Stopping', { signal });
    server.stop().then(
      () => {
        server.services.log.info('Stopped; everything is on disk');
        process.exit(0);
      },
      (error: unknown) => {
        server.services.log.error('Stopping failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

const FLAGS: Readonly<Record<PortOption, string>> = {
  'grpc.port': '--port',
  'http.port': '--http-port',
  'metrics.port': '--metrics-port',
};

function messageOf(error: unknown): string {
  if (error instanceof ListenError && error.option !== undefined) return error.messageNaming(FLAGS[error.option]);
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => {
  const message = messageOf(error);
  const isUsageError = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`perdure: ${message}${isUsageError ? '. Run it with --help to see the options.' : ''}\n`);
  process.exit(1);
});
