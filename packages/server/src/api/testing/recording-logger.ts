import type { LogFields, Logger } from '../../observability/index.js';

/** A line that was logged. */
export interface RecordedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export function recordingLogger(lines: RecordedLine[] = []): Logger & { readonly lines: readonly RecordedLine[] } {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields });
    };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isEnabled: () => true,
    child: () => recordingLogger(lines),
  };
}
