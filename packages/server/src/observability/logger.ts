import type { Writable } from 'node:stream';

import { type DestinationStream, type Logger as PinoLogger, pino } from '../inlined/pino.js';
import { loadOptional } from './load-optional.js';

/** Levels in rising order of urgency; `silent` writes nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Structured values of a log line. An `error` field is written with its stack and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the server writes what operators need to know. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether lines of this level are written: ask before computing costly fields. */
  isEnabled(level: LogLevel): boolean;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

/** How logs are written. */
export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** One JSON object a line (default), or coloured text for people. */
  readonly format?: 'json' | 'pretty';
  /** Default: standard output. */
  readonly destination?: Writable;
}

/**
 * A logger on pino. Lines are written synchronously: none is lost when the process ends.
 *
 * @throws Error that says what to install when text for people is wanted and pino-pretty is not there
 */
export async function openLogger(options: LoggerOptions = {}): Promise<Logger> {
  const destination = options.destination ?? process.stdout;
  return loggerOn(options.format === 'pretty' ? await prettyStream(destination) : destination, options.level);
}

function loggerOn(stream: DestinationStream, level: LogLevel = 'info'): Logger {
  return wrap(
    pino(
      {
        level,
        errorKey: 'error',
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
}

async function prettyStream(destination: Writable): Promise<DestinationStream> {
  const { default: pretty } = await loadOptional('Pretty logs', 'pino-pretty', () => import('pino-pretty'));
  const format = pretty.prettyFactory({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  // Not pino-pretty's own stream: that one writes later, and each listens to the destination, which servers of one process share.
  return { write: (line) => void destination.write(format(line)) };
}

/** A logger that writes nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  isEnabled: () => false,
  child: () => silentLogger,
};

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (message, fields) => logger.debug(fields, message),
    info: (message, fields) => logger.info(fields, message),
    warn: (message, fields) => logger.warn(fields, message),
    error: (message, fields) => logger.error(fields, message),
    isEnabled: (level) => logger.isLevelEnabled(level),
    child: (fields) => wrap(logger.child(fields)),
  };
}
