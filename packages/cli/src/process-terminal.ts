import type { Terminal } from './terminal.js';

/** What a shell says when a command cannot be found or run. */
const NOT_RUN = [126, 127];

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    // Asked for late: opening these streams takes time that help does not have.
    get isErrTerminal() {
      return process.stderr.isTTY === true;
    },
    get isInteractive() {
      return process.stdin.isTTY === true && process.stderr.isTTY === true;
    },
    get columns() {
      return process.stdout.columns ?? 80;
    },
    get rows() {
      return process.stdout.rows ?? 24;
    },
    variables: process.env,
    input,
    ask,
    page,
    interruption,
  };
}

/** Read as it comes, so that Ctrl-C is heard meanwhile. */
async function input(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text;
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const cancelled = new Promise<string>((resolve) => {
    lines.once('SIGINT', () => resolve(''));
    lines.once('close', () => resolve(''));
  });
  try {
    return await Promise.race([lines.question(question), cancelled]);
  } finally {
    lines.close();
  }
}

async function page(text: string, command: string): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  // With F, R and X less shows colors, and leaves at once what fits on the screen.
  const env = { ...process.env, LESS: process.env['LESS'] ?? 'FRX' };
  const pager = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env });
  // Ctrl-C is the pager's; it ends this command by ending itself.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  pager.stdin.on('error', ignore);
  pager.stdin.end(text);
  const code = await new Promise<number | null>((resolve) => {
    pager.once('error', () => resolve(NOT_RUN[0] ?? 1));
    pager.once('exit', resolve);
  });
  process.off('SIGINT', ignore);
  return code === null || !NOT_RUN.includes(code);
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
