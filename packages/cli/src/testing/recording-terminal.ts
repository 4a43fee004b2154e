import type { Terminal } from '../terminal.js';

/** What a terminal in memory is like. */
interface RecordingOptions {
  readonly isTerminal?: boolean;
  readonly rows?: number;
  /** What is answered to questions; without, nobody can be asked. */
  readonly answers?: readonly string[];
  /** Somebody could still type something, and never does. */
  readonly isInputOpen?: boolean;
}

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
  /** Resolves once the input is read. */
  readonly inputAsked: Promise<void>;
  private onInputAsked: () => void = () => undefined;
  private readonly isInputOpen: boolean;
  private readonly answers: string[];
  private readonly controller = new AbortController();

  constructor(
    readonly variables: Readonly<Record<string, string | undefined>>,
    { isTerminal = false, rows = 24, answers, isInputOpen = false }: RecordingOptions = {},
  ) {
    this.isTerminal = isTerminal;
    this.rows = rows;
    this.isInteractive = answers !== undefined;
    this.isInputOpen = isInputOpen;
    this.answers = [...(answers ?? [])];
    this.inputAsked = new Promise((resolve) => (this.onInputAsked = resolve));
  }

  out(text: string): void {
    this.outText += text;
  }

  err(text: string): void {
    this.errText += text;
  }

  input(): Promise<string> {
    this.onInputAsked();
    return this.isInputOpen ? new Promise(() => undefined) : Promise.resolve('');
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
