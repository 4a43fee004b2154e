import type { Any } from '../any.js';
import { append, resolveLayers } from './layers.js';

/** How important a log message is. */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** What is logged along with a message. */
export type LogMetadata = Record<string | symbol, Any>;

/** Where log messages go. */
export interface Logger {
  log(level: LogLevel, message: string, meta?: LogMetadata): Any;
  trace(message: string, meta?: LogMetadata): Any;
  debug(message: string, meta?: LogMetadata): Any;
  info(message: string, meta?: LogMetadata): Any;
  warn(message: string, meta?: LogMetadata): Any;
  error(message: string, meta?: LogMetadata): Any;
}

/** Which part of the SDK a message comes from: the `sdkComponent` of its metadata. More may be added. */
export enum SdkComponent {
  /** Workflow code, through the workflow's logger. */
  workflow = 'workflow',
  /** Activity code, through the activity's logger. */
  activity = 'activity',
  /** Handlers of Nexus operations, through their logger. */
  nexus = 'nexus',
  /** The worker: its set-up, its life, tasks, bundling and sinks. */
  worker = 'worker',
  /** The part of the worker below activations: polling, replay and the connection. */
  core = 'core',
}

/** Metadata, or a function that gives it whenever something is logged. */
export type LogMetaOrFunc = LogMetadata | (() => LogMetadata);

/** The logger that a message reaches in the end, below those that add metadata. Not for applications: it is no part of the API. */
export let innermostLogger: (logger: Logger) => Logger;

/** A logger that adds metadata to what it passes on to another. */
export class LoggerWithComposedMetadata implements Logger {
  static {
    innermostLogger = (logger) => {
      let inner = logger;
      while (inner instanceof LoggerWithComposedMetadata) inner = inner.parentLogger;
      return inner;
    };
  }

  constructor(
    private readonly parentLogger: Logger,
    private readonly contributors: readonly LogMetaOrFunc[],
  ) {}

  /**
   * The logger with more metadata. Later metadata wins, `undefined` removes; functions are asked for every message.
   * Composing onto a composed logger makes one layer, not two.
   */
  static compose(logger: Logger, metaOrFunc: LogMetaOrFunc): Logger {
    if (typeof metaOrFunc !== 'function' && Reflect.ownKeys(metaOrFunc).length === 0) return logger;
    if (!(logger instanceof LoggerWithComposedMetadata)) return new LoggerWithComposedMetadata(logger, [metaOrFunc]);
    return new LoggerWithComposedMetadata(logger.parentLogger, append(logger.contributors, metaOrFunc));
  }

  log(level: LogLevel, message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.log(level, message, this.metadata(extraMeta));
  }

  trace(message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.trace(message, this.metadata(extraMeta));
  }

  debug(message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.debug(message, this.metadata(extraMeta));
  }

  info(message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.info(message, this.metadata(extraMeta));
  }

  warn(message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.warn(message, this.metadata(extraMeta));
  }

  error(message: string, extraMeta?: LogMetadata): void {
    this.parentLogger.error(message, this.metadata(extraMeta));
  }

  private metadata(extraMeta: LogMetadata | undefined): LogMetadata {
    return resolveLayers(this.contributors, extraMeta);
  }
}
