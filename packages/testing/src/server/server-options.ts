import type { ServerOptions } from '@perdure/server';
import type {
  DevServerConfig,
  EphemeralServerExecutable,
  TimeSkippingServerConfig,
} from './ephemeral-server-config.js';

const DEFAULT_NAMESPACE = 'default';

/** A server as an environment starts it. */
export interface PlannedServer {
  readonly options: ServerOptions;
  /** The namespace that the environment works in. */
  readonly namespace: string;
  /** Types of search attributes to register, as the API names them (`Keyword`, `Int`), by name. */
  readonly searchAttributes: Readonly<Record<string, string>>;
}

/** Nobody but the test starts workflows: their callbacks may go wherever it says. */
const ANYWHERE = [{ pattern: '*', allowInsecure: true }];

/** Reads the configuration of a server for development. Throws a TypeError for what such a server cannot do. */
export function planDevServer(config: DevServerConfig): PlannedServer {
  refuseExecutable(config.executable);
  if (config.ui === true || config.uiPort !== undefined) {
    throw new TypeError(
      'server.ui and server.uiPort: a test environment has no web page. Leave them out, or run `perdure server start-dev` ' +
        'and use TestWorkflowEnvironment.createFromExistingServer()',
    );
  }
  const args = readArguments(config.extraArgs ?? []);
  const namespace = config.namespace ?? args.namespace ?? DEFAULT_NAMESPACE;
  return {
    namespace,
    searchAttributes: args.searchAttributes,
    options: {
      store: config.dbFilename === undefined ? { kind: 'memory' } : { kind: 'sqlite', path: config.dbFilename },
      grpc: { host: hostOf(config.ip), port: config.port ?? 0 },
      namespaces: [...new Set([DEFAULT_NAMESPACE, namespace])],
      callbackAddresses: ANYWHERE,
      log: { level: logLevel(config.log?.level ?? 'error'), format: logFormat(config.log?.format ?? 'json') },
    },
  };
}

/** Reads the configuration of a server whose time skips. Throws a TypeError for what such a server cannot do. */
export function planTimeSkippingServer(config: TimeSkippingServerConfig): PlannedServer {
  refuseExecutable(config.executable);
  const [argument] = config.extraArgs ?? [];
  if (argument !== undefined) throw unknownArgument(argument, 'none');
  return {
    namespace: DEFAULT_NAMESPACE,
    searchAttributes: {},
    options: {
      store: { kind: 'memory' },
      grpc: { port: config.port ?? 0 },
      timeSkipping: true,
      callbackAddresses: ANYWHERE,
      log: { level: 'error', format: 'json' },
    },
  };
}

function refuseExecutable(executable: EphemeralServerExecutable | undefined): void {
  if (executable?.type !== 'existing-path') return;
  throw new TypeError(
    `server.executable: the server of a test environment runs in the test's process, and nothing is executed. Leave it out; ` +
      `or start ${executable.path} yourself and use TestWorkflowEnvironment.createFromExistingServer()`,
  );
}

function hostOf(ip: string | undefined): string | undefined {
  return ip === 'localhost' ? '127.0.0.1' : ip;
}

const LOG_LEVELS = { debug: 'debug', info: 'info', warn: 'warn', error: 'error', never: 'silent' } as const;

function logLevel(level: string) {
  const known = Object.entries(LOG_LEVELS).find(([name]) => name === level.toLowerCase());
  if (known !== undefined) return known[1];
  throw new TypeError(`server.log.level: ${level} is no level. Give one of ${Object.keys(LOG_LEVELS).join(', ')}`);
}

function logFormat(format: string): 'json' | 'pretty' {
  if (format === 'json' || format === 'pretty') return format;
  if (format === 'text') return 'pretty';
  throw new TypeError(`server.log.format: ${format} is no format. Give json or pretty`);
}

const UNDERSTOOD = '--namespace, --search-attribute Name=Type, --dynamic-config-value (no effect) and --headless';

/** What of the arguments of `temporal server start-dev` has a meaning here. */
function readArguments(given: readonly string[]): { namespace?: string; searchAttributes: Record<string, string> } {
  const read: { namespace?: string; searchAttributes: Record<string, string> } = { searchAttributes: {} };
  const rest = given.flatMap((argument) => (/^--[^=]+=/.test(argument) ? splitOnce(argument, '=') : [argument]));
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '--headless') continue;
    const value = rest.shift();
    if (value === undefined) throw unknownArgument(name, UNDERSTOOD);
    if (name === '--namespace' || name === '-n') read.namespace = value;
    else if (name === '--search-attribute') {
      const [attribute = '', type = ''] = splitOnce(value, '=');
      read.searchAttributes = { ...read.searchAttributes, [attribute]: type };
    } else if (name !== '--dynamic-config-value') throw unknownArgument(name, UNDERSTOOD);
  }
  return read;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function unknownArgument(argument: string, understood: string): TypeError {
  return new TypeError(
    `server.extraArgs: ${argument} means nothing to a server in this process. Understood: ${understood}`,
  );
}
