import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';

const COLUMNS = 110;
const ROWS = 40;
const PATIENCE_MS = 30_000;

/** A shell on a real terminal: what it shows can be read, and keys can be pressed. */
interface Screen {
  /** Everything shown so far, wrapped lines as one, without colours. */
  read(): string;
  press(keys: string): void;
  close(): void;
}

/** How a shell is started. */
export interface ShellOptions {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

type ScreenKind = 'tmux' | 'script';

/** What can give a real terminal on this machine; undefined if there is nothing. */
export function availableScreen(): ScreenKind | undefined {
  if (spawnSync('tmux', ['-V']).status === 0) return 'tmux';
  // The one of util-linux; others take their arguments in another way.
  return spawnSync('script', ['--version']).status === 0 ? 'script' : undefined;
}

/**
 * A person at a shell. The prompt counts the commands (`1$ `, `2$ ` ...), so that it can be seen where the output of one
 * ends.
 */
export class RealTerminal {
  private count = 1;

  private constructor(private readonly screen: Screen) {}

  static async open(kind: ScreenKind, options: ShellOptions): Promise<RealTerminal> {
    const screen = kind === 'tmux' ? openTmux(options) : openScript(options);
    const terminal = new RealTerminal(screen);
    await terminal.shows(/^\s*$/);
    return terminal;
  }

  /** Types a command, waits until it is done, and gives what it showed. */
  async run(command: string): Promise<string> {
    this.start(command);
    return this.finished();
  }

  /** Types a command and goes on while it runs. */
  start(command: string): void {
    this.screen.press(`${command}\r`);
  }

  /** Presses keys, such as a tab or Ctrl-C. */
  press(keys: string): void {
    this.screen.press(keys);
  }

  /** Waits for the prompt after the running command; gives what stands between it and the line with the command. */
  async finished(): Promise<string> {
    const shown = await this.shows(new RegExp(`^${this.count + 1}\\$ $`, 'm'));
    this.count++;
    const lines = shown.split('\n');
    return lines.slice(0, lines.indexOf(`${this.count}$ `)).join('\n');
  }

  /** Waits until the running command shows something; gives all that it shows, from the command on. */
  async shows(wanted: RegExp): Promise<string> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    const prompt = `\n${this.count}$ `;
    for (;;) {
      const text = `\n${this.screen.read()}`;
      const start = text.lastIndexOf(prompt);
      const shown = start < 0 ? '' : text.slice(start + prompt.length);
      if (start >= 0 && wanted.test(shown)) return shown;
      if (Date.now() > giveUpAtMs) throw new Error(`${String(wanted)} did not appear on the screen:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  close(): void {
    this.screen.close();
  }
}

const SHELL = ['bash', '--norc', '--noprofile'] as const;

/** A shell that is told to go would write its history into the home folder, at a time when the test removes that. */
function environment({ variables }: ShellOptions): NodeJS.ProcessEnv {
  return { TERM: 'xterm-256color', LANG: 'C.UTF-8', PS1: '\\#$ ', PROMPT_COMMAND: '', HISTFILE: '', ...variables };
}

/** Runs a command of the shell when this process goes, whatever ends it, unless it is released before. */
function onceThisProcessIsGone(command: string): () => void {
  const guardian = spawn('sh', ['-c', `trap '' INT TERM HUP; cat; ${command}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return () => void guardian.kill('SIGKILL');
}

function openTmux(options: ShellOptions): Screen {
  const name = `perdure-${randomUUID()}`;
  const tmux = (...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync('tmux', ['-L', name, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      cwd: options.folder,
      env: { ...environment(options), PATH: process.env['PATH'] },
    });
    if (status !== 0) throw new Error(`tmux ${args[0]} failed: ${stderr}`);
    return stdout;
  };
  const assignments = Object.entries(environment(options)).map(([key, value]) => `${key}=${value ?? ''}`);
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  tmux('new-session', '-d', ...size, 'env', '-i', ...assignments, ...SHELL);
  const release = onceThisProcessIsGone(`tmux -L ${name} kill-server`);
  return {
    read: () => trimmed(tmux('capture-pane', '-p', '-J', '-S', '-')),
    press: (keys) => void tmux('send-keys', '-H', ...[...Buffer.from(keys)].map((byte) => byte.toString(16))),
    close: () => {
      tmux('kill-server');
      release();
    },
  };
}

/** `script` gives a shell a terminal, and its output as a stream; a stream without redrawing reads like a screen. */
function openScript(options: ShellOptions): Screen {
  const command = `stty cols ${COLUMNS} rows ${ROWS}; exec ${SHELL.join(' ')}`;
  const child: ChildProcess = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: options.folder,
    env: environment(options),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const release = onceThisProcessIsGone(`kill -9 ${child.pid}`);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    read: () => trimmed(withoutControls(text)),
    press: (keys) => void child.stdin?.write(keys),
    close: () => {
      release();
      child.kill('SIGKILL');
    },
  };
}

/** Without lines that were drawn over, colours, bells and what the shell says to the terminal about pasting. */
function withoutControls(text: string): string {
  /* eslint-disable no-control-regex */
  return stripVTControlCharacters(text.replaceAll(/[^\n]*\r\u001b\[K/g, '')).replaceAll(/[\r\u0007]/g, '');
}

/** Spaces after the last word of a line, but not after the prompt. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\d+\$ *$/.test(line) ? `${line.trimEnd()} ` : line.trimEnd()))
    .join('\n');
}
