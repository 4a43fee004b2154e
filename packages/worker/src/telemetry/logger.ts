import { formatWithOptions } from 'node:util';
import type { LogLevel, LogMetadata, Logger } from '@perdure/common';
import { innermostLogger } from '@perdure/common/internal';

/** One message. */
export interface LogEntry {
  message: string;
  level: LogLevel;
  /** Epoch nanoseconds. */
  timestampNanos: bigint;
  meta?: LogMetadata;
}

/** A key of metadata: the time of a message that was not logged when it happened, in epoch nanoseconds. */
export const LogTimestamp: unique symbol = Symbol.for('log_timestamp');

/** A logger that keeps messages back. */
export interface FlushableLogger extends Logger {
  flush(): void;
  close?(): void;
}

const SEVERITIES: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

/** Logs messages of a level and above; to the standard error output unless it is given somewhere else. */
export class DefaultLogger implements Logger {
  protected readonly severity: number;

  /** Throws a TypeError for a level that there is not. */
  constructor(
    readonly level: LogLevel = 'INFO',
    protected readonly logFunction: (entry: LogEntry) => void = logToStderr,
  ) {
    this.severity = SEVERITIES.indexOf(level);
    if (this.severity === -1)
      throw new TypeError(`There is no log level '${level}'. Use one of ${SEVERITIES.join(', ')}`);
  }

  log(level: LogLevel, message: string, meta?: LogMetadata): void {
    if (SEVERITIES.indexOf(level) < this.severity) return;
    const { [LogTimestamp]: timestampNanos, ...rest } = meta ?? {};
    this.logFunction({
      level,
      message,
      meta: Reflect.ownKeys(rest).length === 0 ? undefined : rest,
      timestampNanos: (timestampNanos as bigint | undefined) ?? nowNanos(),
    });
  }

  trace(message: string, meta?: LogMetadata): void {
    this.log('TRACE', message, meta);
  }

  debug(message: string, meta?: LogMetadata): void {
    this.log('DEBUG', message, meta);
  }

  info(message: string, meta?: LogMetadata): void {
    this.log('INFO', message, meta);
  }

  warn(message: string, meta?: LogMetadata): void {
    this.log('WARN', message, meta);
  }

  error(message: string, meta?: LogMetadata): void {
    this.log('ERROR', message, meta);
  }
}

/**
 * False if a logger leaves out messages of this level for sure: then what is said along with one need not be put together. Anybody's own
 * logger is told everything.
 */
export function isLogged(logger: Logger, level: LogLevel): boolean {
  const inner = innermostLogger(logger);
  if (!(inner instanceof DefaultLogger) || inner.constructor !== DefaultLogger) return true;
  return SEVERITIES.indexOf(level) >= SEVERITIES.indexOf(inner.level);
}

/** Whether a logger keeps messages back. */
export function isFlushableLogger(logger: Logger): logger is FlushableLogger {
  return typeof (logger as Partial<FlushableLogger>).flush === 'function';
}

const NANOS_PER_MICRO = 1_000n;

function nowNanos(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * NANOS_PER_MICRO;
}

const COLOURS: Readonly<Record<LogLevel, number>> = { TRACE: 90, DEBUG: 32, INFO: 34, WARN: 33, ERROR: 31 };

function logToStderr({ level, message, meta, timestampNanos }: LogEntry): void {
  const hasColours = process.stderr.isTTY && process.env.NO_COLOR === undefined;
  const shownLevel = hasColours ? `\u001b[${COLOURS[level]}m${level}\u001b[39m` : level;
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const shownMeta = meta === undefined ? '' : ` ${formatWithOptions({ colors: hasColours }, '%O', meta)}`;
  process.stderr.write(`${time} [${shownLevel}] ${message}${shownMeta}\n`);
}
