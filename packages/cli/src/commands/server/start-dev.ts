import type { CommandContext, CommandSpec, FlagSpec } from '../../command.js';
import { CommandError, UsageError } from '../../errors.js';
import type { PortOption } from '@perdure/server';
import type { Flags } from '../../flags.js';
import { VERSION } from '../../version.js';
import { indexedValueType } from '../operator/search-attribute/types.js';
import { settingsOfPairs } from './dynamic-config.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'never'] as const;

const OWN_PAGE = 'the page is part of this command';

/** Which flag sets a port of the server. */
const PORT_FLAGS: Readonly<Record<PortOption, string>> = {
  'grpc.port': '--port',
  'http.port': '--http-port',
  'metrics.port': '--metrics-port',
};

/** Flags of Temporal's command line that scripts may carry, and why they do nothing here. */
const WITHOUT_EFFECT: readonly FlagSpec[] = [
  { flags: '--ui-asset-path <path>', description: 'files of the page', withoutEffect: OWN_PAGE },
  { flags: '--ui-public-path <path>', description: 'where the page is', withoutEffect: OWN_PAGE },
  { flags: '--ui-codec-endpoint <url>', description: 'codec of the page', withoutEffect: 'the page decodes nothing' },
  {
    flags: '--sqlite-pragma <key=value>',
    description: 'setting of SQLite',
    many: true,
    withoutEffect: 'the server sets what keeps everything that was answered',
  },
  { flags: '--log-config', description: 'log the settings', withoutEffect: 'there is no file of settings to log' },
];

/** `perdure server start-dev`. */
export const serverStartDev: CommandSpec = {
  path: 'server start-dev',
  summary: 'Run a server for development; Ctrl-C stops it',
  details:
    'Without --db-filename everything is gone when it stops. With it, everything that was answered is in that file, whatever happens.',
  example: 'perdure server start-dev --db-filename perdure.db',
  isLocal: true,
  flags: [
    { flags: '-f, --db-filename <path>', description: 'file to keep everything in (default: in memory)' },
    { flags: '-p, --port <port>', description: 'port of the API (default: 7233)' },
    { flags: '--ui-port <port>', description: 'port of the web page (default: 1000 above --port)' },
    { flags: '--http-port <port>', description: 'port of Nexus over HTTP (default: any free one)' },
    { flags: '--metrics-port <port>', description: 'port of the metrics (default: any free one)' },
    { flags: '--headless', description: 'without the web page' },
    { flags: '--ip <address>', description: 'address to listen on (default: 127.0.0.1)' },
    {
      flags: '-n, --namespace <name>',
      description: 'namespace to create besides default; may be repeated',
      many: true,
    },
    {
      flags: '--search-attribute <name=type>',
      description: 'search attribute to declare; may be repeated',
      many: true,
    },
    {
      flags: '--dynamic-config-value <key=json>',
      description: 'setting by its name in Temporal, such as limit.blobSize.error=4194304; may be repeated',
      many: true,
    },
    {
      flags: '--log-level <level>',
      description: `${LOG_LEVELS.join(', ')} (default: warn)`,
      values: LOG_LEVELS,
    },
    { flags: '--log-format <format>', description: 'pretty or json (default: pretty)', values: ['pretty', 'json'] },
    { flags: '--ui-ip <address>', description: 'address of the web page (default: that of --ip)' },
    ...WITHOUT_EFFECT,
  ],
  run: startDev,
};

async function startDev(context: CommandContext): Promise<void> {
  const { flags } = context;
  const settings = settingsOf(context);
  const { ListenError, startServer, StoreOpenError, tuneV8 } = await import('@perdure/server');
  tuneV8();
  const { declareSearchAttributes } = await import('./declare-search-attributes.js');
  const { WebPage } = await import('./web-page.js');
  const attributes = flags.pairs('search-attribute').map(([name, type]) => [name, indexedValueType(type)] as const);
  const server = await startServer(settings.server).catch((error: unknown) => {
    if (error instanceof ListenError && error.option !== undefined)
      throw new CommandError(error.messageNaming(PORT_FLAGS[error.option]));
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(error instanceof StoreOpenError ? `cannot use the database: ${message}` : message);
  });
  const page = settings.uiPort === undefined ? undefined : new WebPage(server.inProcess, server.httpHandler);
  try {
    await declareSearchAttributes(server.inProcess, settings.server.namespaces, attributes);
    await page?.listen(settings.uiHost, settings.uiPort ?? 0);
    // Heard from before readiness is told: who waits for that may stop the server at once.
    context.interruption();
    const stopped = stopSignal();
    await announce(context, {
      server: readableAddress(server.address),
      ui: page === undefined ? undefined : readableAddress(page.address),
      http: readableAddress(server.httpAddress ?? ''),
      metrics: readableAddress(server.metricsAddress ?? ''),
    });
    await stopped;
    if (context.terminal.isErrTerminal) context.terminal.err('\n');
  } finally {
    await page?.close();
    await server.stop({ graceMs: 2_000 });
  }
  const database = flags.text('db-filename');
  if (context.output.isForPeople)
    context.output.text(
      `Stopped; ${database === undefined ? 'nothing is kept' : `everything is kept in ${database}`}\n`,
    );
}

interface Addresses {
  readonly server: string;
  readonly ui: string | undefined;
  readonly http: string;
  readonly metrics: string;
}

async function announce({ flags, output }: CommandContext, { server, ui, http, metrics }: Addresses): Promise<void> {
  const database = flags.text('db-filename');
  await output.card(
    `Perdure ${VERSION}`,
    [
      ['Server:', server],
      ...(ui === undefined ? [] : ([['UI:', `http://${ui}`]] as const)),
      ['Nexus:', `http://${http}`],
      ['Metrics:', `http://${metrics}/metrics`],
      ['Database:', database ?? 'in memory; --db-filename keeps it in a file'],
    ],
    { server, ui: ui ?? null, http, metrics, database: database ?? null },
  );
}

function readableAddress(address: string): string {
  return address.replace(/^127\.0\.0\.1:/, 'localhost:');
}

function settingsOf({ flags, terminal }: CommandContext) {
  const host = flags.text('ip') ?? '127.0.0.1';
  const port = portOf(flags, 'port') ?? 7233;
  const level = flags.oneOf('log-level', LOG_LEVELS) ?? 'warn';
  const format = flags.oneOf('log-format', ['pretty', 'json', 'text']) ?? 'pretty';
  const path = flags.text('db-filename');
  const { limits, callbackAddresses, unknown } = settingsOfPairs(flags.pairs('dynamic-config-value'));
  for (const key of unknown) terminal.err(`perdure: --dynamic-config-value ${key} is nothing this server knows\n`);
  return {
    uiHost: flags.text('ui-ip') ?? host,
    uiPort: flags.isSet('headless') ? undefined : (portOf(flags, 'ui-port') ?? (port === 0 ? 0 : port + 1_000)),
    server: {
      store: path === undefined ? ({ kind: 'memory' } as const) : ({ kind: 'sqlite', path } as const),
      grpc: { host, port },
      http: { host, port: portOf(flags, 'http-port') ?? 0 },
      metrics: { host, port: portOf(flags, 'metrics-port') ?? 0 },
      log: {
        level: level === 'never' ? ('silent' as const) : level,
        format: format === 'json' ? ('json' as const) : ('pretty' as const),
      },
      namespaces: [...new Set(['default', ...flags.texts('namespace')])],
      limits,
      callbackAddresses,
      onFatal: (error: Error) => {
        terminal.err(`perdure: the server cannot go on: ${error.message}\n`);
        process.exit(1);
      },
    },
  };
}

function portOf(flags: Flags, name: string): number | undefined {
  const port = flags.count(name);
  if (port !== undefined && port > 65_535)
    throw new UsageError(`--${name} must be a port from 0 to 65535, not ${port}`);
  return port;
}

/** Resolves with the first signal; the second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (): void => {
      if (isStopping) process.exit(1);
      isStopping = true;
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
