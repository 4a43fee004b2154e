import type { Terminal } from '../terminal.js';

/** A terminal in memory: keeps what is written, and answers as it is told. */
export class RecordingTerminal implements Terminal {
  outText = '';
  errText = '';
  readonly pages: { readonly text: string; readonly command: string }[] = [];
  readonly questions: string[] = [];
  readonly isTerminal: boolean;
  readonly isErrTerminal = false;
  readonly isInteractive: boolean;
  readonly columns = 120;
  readonly rows: number;
  private readonly answers: string[];
  private readonly controller = new AbortController();

  constructor(
    readonly variables: Readonly<Record<string, string | undefined>>,
    {
      isTerminal = false,
      rows = 24,
      answers,
    }: { readonly isTerminal?: boolean; readonly rows?: number; readonly answers?: readonly string[] } = {},
  ) {
    this.isTerminal = isTerminal;
    this.rows = rows;
    this.isInteractive = answers !== undefined;
    this.answers = [...(answers ?? [])];
  }

  out(text: string): void {
    this.outText += text;
  }

  err(text: string): void {
    this.errText += text;
  }

  ask(question: string): Promise<string> {
    this.questions.push(question);
    return Promise.resolve(this.answers.shift() ?? '');
  }

  page(text: string, command: string): Promise<boolean> {
    this.pages.push({ text, command });
    return Promise.resolve(true);
  }

  interruption(): AbortSignal {
    return this.controller.signal;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.controller.abort();
  }
}
