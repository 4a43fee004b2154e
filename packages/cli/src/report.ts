import { CommandError, InterruptedError, UsageError } from './errors.js';
import type { JsonObject } from './json.js';
import { isJsonFormat, type Format } from './output/format.js';
import type { Output } from './output/output.js';
import type { Terminal } from './terminal.js';

/** How a command line ended: 0 done, 1 it failed, 2 the command line is wrong, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/**
 * Tells how a command line ended: in one line on stderr, and where JSON was asked for on stdout too, so that what stands
 * there is valid JSON whatever happens.
 */
export class Report {
  /** Where the results of the command go, once it is known which it is. */
  output: Output | undefined;
  private text = '';

  /** `format`: what the words ask for, as long as no command has read them. */
  constructor(
    private readonly terminal: Terminal,
    private format: Format | undefined,
  ) {}

  /** From now on in this format, which may come from an environment too. */
  begin(format: Format): void {
    this.format = format;
  }

  /** Help, or the version: text for people, so that in JSON it becomes a string. */
  say(text: string): void {
    if (isJsonFormat(this.format)) this.text += text;
    else this.terminal.out(text);
  }

  /** What is to be said at the end of a command line that ended well; `name` is what the text is, if there is any. */
  end(name: 'help' | 'version'): ExitCode {
    if (this.text !== '') this.write({ [name]: name === 'help' ? this.text : this.text.trim() });
    return 0;
  }

  /** The command line is wrong, as the library that reads it says. */
  refuse(message: string): void {
    this.terminal.err(`perdure: ${message}\n`);
    this.writeError('USAGE', message, 2);
  }

  /** It failed. */
  fail(error: unknown): ExitCode {
    if (error instanceof InterruptedError) {
      // The terminal has written ^C, and left the cursor behind it.
      if (this.terminal.isErrTerminal) this.terminal.err('\n');
      this.writeError('INTERRUPTED', 'interrupted', 130);
      return 130;
    }
    const message = error instanceof Error ? oneLine(error.message) : String(error);
    const code = codeOf(error);
    const exitCode = code === 'USAGE' ? 2 : 1;
    this.terminal.err(`perdure: ${message}\n`);
    this.writeError(code, message, exitCode);
    return exitCode;
  }

  /** Of lines the last one tells it; a document that was written already says itself what failed. */
  private writeError(code: string, message: string, exitCode: ExitCode): void {
    if (this.format === 'json' && this.output?.hasWritten === true) return;
    if (isJsonFormat(this.format)) this.write({ error: { code, message, exitCode } });
    this.output?.end();
  }

  private write(json: JsonObject): void {
    this.terminal.out(`${JSON.stringify(json, undefined, this.format === 'json' ? 2 : undefined)}\n`);
  }
}

/** A text of several lines as one. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\)\s*\n\s*\(/g, ') (')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}

function codeOf(error: unknown): string {
  if (error instanceof UsageError) return 'USAGE';
  return error instanceof CommandError ? error.code : 'INTERNAL';
}
