/** Where a command writes, whom it can ask, and what it reads besides its flags. */
export interface Terminal {
  /** Results. */
  out(text: string): void;
  /** Errors, questions and progress. */
  err(text: string): void;
  /** Whether a person looks at what `out` writes. */
  readonly isTerminal: boolean;
  /** Whether a person looks at what `err` writes. */
  readonly isErrTerminal: boolean;
  /** Whether somebody can answer a question. */
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** All that is piped in. */
  input(): Promise<string>;
  /** What was typed in answer to a question. */
  ask(question: string): Promise<string>;
  /** Shows a long text in a pager; false if the pager could not be started. */
  page(text: string, command: string): Promise<boolean>;
  /** Aborts with the first Ctrl-C; the second one ends the process, as it would without this. */
  interruption(): AbortSignal;
}
