import { originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping';

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;

/** The name of the user's code in a sandbox, as it would stand in a stack. */
export const BUNDLE_FILE = 'perdure:workflow-bundle';
/** The name of the runtime's code. */
export const RUNTIME_FILE = 'perdure:workflow-runtime';

interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const TEXT_FRAME = /^ {4}at (?:(.+) \()?(.+?):(\d+):(\d+)\)?$/;

/** Puts stacks of workflow code into words, in terms of the sources that the user wrote. */
export class StackMapping {
  private readonly encodedMap: string | undefined;
  private map: TraceMap | undefined;

  constructor(
    bundleCode: string,
    /** The name of the script that holds the bundle, whose lines are the bundle's. */
    private readonly filename: string = BUNDLE_FILE,
  ) {
    this.encodedMap = INLINE_MAP.exec(bundleCode)?.[1];
  }

  /** For `Error.prepareStackTrace`: the heading, then a line a frame, those of workflow code only. */
  describe(error: unknown, frames: readonly NodeJS.CallSite[]): string {
    const lines = frames.flatMap((frame) => this.lineOf(frame) ?? []);
    return [headingOf(error), ...lines].join('\n');
  }

  /** The same for a stack that is text already, of an error that was made outside of the sandbox. */
  describeStack(stack: string): string {
    const lines = stack.split('\n');
    const start = lines.findIndex((line) => /^ {4}at /.test(line));
    if (start === -1) return stack;
    const frames = lines.slice(start).flatMap((line) => this.mappedLine(line) ?? []);
    return [...lines.slice(0, start), ...frames].join('\n');
  }

  private mappedLine(line: string): string | undefined {
    const [, name, file, lineNumber, column] = TEXT_FRAME.exec(line) ?? [];
    const position = file !== this.filename ? undefined : this.originalOf(Number(lineNumber), Number(column));
    return position && frameText(name, position);
  }

  /** The text of a source file by the name it has in stacks. */
  sourceOf(file: string): string | undefined {
    const map = this.traceMap();
    return map === undefined ? undefined : (sourceContentFor(map, file) ?? undefined);
  }

  private lineOf(frame: NodeJS.CallSite): string | undefined {
    const file = frame.getFileName() ?? '';
    const name = frame.getFunctionName() ?? '';
    if (file !== this.filename) return undefined;
    const position = this.originalOf(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
    if (position === undefined) return undefined;
    return frameText(name, position);
  }

  private originalOf(line: number, column: number): Position | undefined {
    const map = this.traceMap();
    if (map === undefined) return { file: this.filename, line, column };
    const position = originalPositionFor(map, {
      line,
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

function frameText(name: string | undefined, { file, line, column }: Position): string {
  const place = `${file}:${line}:${column}`;
  return name === undefined || name === '' ? `    at ${place}` : `    at ${name} (${place})`;
}

function headingOf(error: unknown): string {
  const { name = 'Error', message = '' } = (error ?? {}) as Partial<Error>;
  return message === '' ? name : `${name}: ${message}`;
}
