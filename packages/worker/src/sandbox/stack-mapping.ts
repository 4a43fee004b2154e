import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping';

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;

/** The name of the user's code in a sandbox, as it would stand in a stack. */
export const BUNDLE_FILE = 'perdure:workflow-bundle';
/** The name of the runtime's code. */
export const RUNTIME_FILE = 'perdure:workflow-runtime';

/** Puts stacks of workflow code into words, in terms of the sources that the user wrote. */
export class StackMapping {
  private readonly encodedMap: string | undefined;
  private map: TraceMap | undefined;

  constructor(
    bundleCode: string,
    /** Lines before the bundle in the script that holds it. */
    private readonly lineOffset: number,
  ) {
    this.encodedMap = INLINE_MAP.exec(bundleCode)?.[1];
  }

  /** For `Error.prepareStackTrace`: the heading, then a line a frame, those of workflow code only. */
  describe(error: unknown, frames: readonly NodeJS.CallSite[]): string {
    const lines = frames.flatMap((frame) => this.lineOf(frame) ?? []);
    return [headingOf(error), ...lines].join('\n');
  }

  /** The text of a source file by the name it has in stacks. */
  sourceOf(file: string): string | undefined {
    const map = this.traceMap();
    return map === undefined ? undefined : (sourceContentFor(map, file) ?? undefined);
  }

  private lineOf(frame: NodeJS.CallSite): string | undefined {
    const file = frame.getFileName() ?? '';
    const name = frame.getFunctionName() ?? '';
    if (file !== BUNDLE_FILE) return undefined;
    const position = this.originalOf(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
    if (position === undefined) return undefined;
    const place = `${position.file}:${position.line}:${position.column}`;
    return name === '' ? `    at ${place}` : `    at ${name} (${place})`;
  }

  private originalOf(line: number, column: number): { file: string; line: number; column: number } | undefined {
    const map = this.traceMap();
    if (map === undefined) return { file: BUNDLE_FILE, line, column };
    const position = originalPositionFor(map, {
      line: Math.max(1, line - this.lineOffset),
      column: Math.max(0, column - 1),
    });
    if (position.source === null || position.source.endsWith('perdure-entry.js')) return undefined;
    return { file: position.source, line: position.line, column: position.column + 1 };
  }

  private traceMap(): TraceMap | undefined {
    if (this.encodedMap === undefined) return undefined;
    return (this.map ??= new TraceMap(Buffer.from(this.encodedMap, 'base64').toString('utf8')));
  }
}

function headingOf(error: unknown): string {
  const { name = 'Error', message = '' } = (error ?? {}) as Partial<Error>;
  return message === '' ? name : `${name}: ${message}`;
}
