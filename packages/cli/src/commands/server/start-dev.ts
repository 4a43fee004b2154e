import type { CommandContext, CommandSpec } from '../../command.js';
import { CommandError, UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';

/** `perdure server start-dev`. */
export const serverStartDev: CommandSpec = {
  path: 'server start-dev',
  summary: 'Run a server for development; Ctrl-C stops it',
  example: 'perdure server start-dev --db-filename perdure.db',
  isLocal: true,
  flags: [
    { flags: '-f, --db-filename <path>', description: 'file to keep everything in (default: in memory)' },
    { flags: '-p, --port <port>', description: 'port of the API (default: 7233)' },
    { flags: '--ui-port <port>', description: 'port of the web page (default: 1000 above --port)' },
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
    { flags: '--log-level <level>', description: 'debug, info, warn, error or never (default: warn)' },
    { flags: '--log-format <format>', description: 'pretty or json (default: pretty)' },
  ],
  run: startDev,
};

async function startDev({ flags, output }: CommandContext): Promise<void> {
  const settings = settingsOf(flags);
  const { startServer, StoreOpenError } = await import('@perdure/server');
  const { declareSearchAttributes } = await import('./declare-search-attributes.js');
  const { WebPage } = await import('./web-page.js');
  const server = await startServer(settings.server).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(error instanceof StoreOpenError ? `cannot use the database: ${message}` : message);
  });
  const page = settings.uiPort === undefined ? undefined : new WebPage(server.inProcess);
  try {
    await declareSearchAttributes(server.inProcess, settings.server.namespaces, flags.pairs('search-attribute'));
    await page?.listen(settings.host, settings.uiPort ?? 0);
    await output.card(
      '',
      [
        ['Server:', server.address],
        ...(page === undefined ? [] : ([['UI:', `http://${page.address}`]] as const)),
        ['Metrics:', `http://${server.metricsAddress ?? ''}/metrics`],
      ],
      { server: server.address, ui: page?.address ?? null, metrics: server.metricsAddress ?? null },
    );
    await stopSignal();
  } finally {
    await page?.close();
    await server.stop({ graceMs: 2_000 });
  }
}

function settingsOf(flags: Flags) {
  const host = flags.text('ip') ?? '127.0.0.1';
  const port = portOf(flags, 'port') ?? 7233;
  const level = flags.oneOf('log-level', ['debug', 'info', 'warn', 'error', 'never', 'silent']) ?? 'warn';
  const path = flags.text('db-filename');
  return {
    host,
    uiPort: flags.isSet('headless') ? undefined : (portOf(flags, 'ui-port') ?? (port === 0 ? 0 : port + 1_000)),
    server: {
      store: path === undefined ? ({ kind: 'memory' } as const) : ({ kind: 'sqlite', path } as const),
      grpc: { host, port },
      metrics: { host, port: portOf(flags, 'metrics-port') ?? 0 },
      log: {
        level: level === 'never' ? ('silent' as const) : level,
        format: flags.oneOf('log-format', ['json', 'pretty']) ?? ('pretty' as const),
      },
      namespaces: [...new Set(['default', ...flags.texts('namespace')])],
      onFatal: (error: Error) => {
        process.stderr.write(`perdure: the server cannot go on: ${error.message}\n`);
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
