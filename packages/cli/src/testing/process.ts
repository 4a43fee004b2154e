import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ran } from './cli.js';
import { ENDS_WITH_PARENT } from './ends-with-parent.js';

/** The bundled command, as it is installed. */
const COMMAND = fileURLToPath(new URL('../../bin/perdure.js', import.meta.url));

/** How a command line is run as a process. */
export interface ProcessOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** What is piped in. */
  readonly input?: string;
  /** Called with every piece of stdout, and with what can end or cut off the process meanwhile. */
  readonly onOutput?: (soFar: string, control: ProcessControl) => void;
  /** Called once it runs. */
  readonly onStart?: (control: ProcessControl) => void;
}

/** What can be done to a running process. */
export interface ProcessControl {
  /** Ctrl-C. */
  interrupt(): void;
  /** Closes the end of the pipe that is read here. */
  closePipe(): void;
}

/** Runs one command line in a process of its own, to its end. */
export function runProcess(words: readonly string[], options: ProcessOptions = {}): Promise<Ran> {
  const { variables = {}, input = '', onOutput, onStart } = options;
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, COMMAND, ...words], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...variables },
  });
  let isInterrupted = false;
  const control: ProcessControl = {
    interrupt: () => {
      // The second one would end the process at once.
      if (!isInterrupted) child.kill('SIGINT');
      isInterrupted = true;
    },
    closePipe: () => child.stdout?.destroy(),
  };
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    onOutput?.(out, control);
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.once('spawn', () => onStart?.(control));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? -1, out, err: signal === null ? err : `${err}${signal}` }),
    );
  });
}
