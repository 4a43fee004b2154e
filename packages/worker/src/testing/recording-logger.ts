import type { LogLevel, LogMetadata, Logger } from '@perdure/common';

/** A logger that remembers. */
export class RecordingLogger implements Logger {
  readonly lines: { readonly level: LogLevel; readonly message: string; readonly meta: LogMetadata }[] = [];

  /** The messages of a level. */
  messages(level: LogLevel): readonly string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  log(level: LogLevel, message: string, meta: LogMetadata = {}): void {
    this.lines.push({ level, message, meta });
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
