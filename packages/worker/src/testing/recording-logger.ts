import type { LogLevel, LogMetadata } from '@perdure/common';
import { DefaultLogger } from '../telemetry/logger.js';

/** A line that was logged. */
interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly meta: LogMetadata;
}

/** A logger that remembers. */
export class RecordingLogger extends DefaultLogger {
  readonly lines: Line[] = [];

  constructor() {
    super('TRACE', ({ level, message, meta = {} }) => void this.lines.push({ level, message, meta }));
  }

  /** The messages of a level. */
  messages(level: LogLevel): readonly string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}
