import type { ChildProcess } from 'node:child_process';
import { endsWithParent } from './ends-with-parent.js';

/** How to start a process and how to know that it works. */
export interface ProcessRecipe {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves once the process serves; must reject or return early when `isAlive()` turns false. */
  readonly ready: (isAlive: () => boolean, output: () => string) => Promise<void>;
}

/** A process that is killed and started again and again. It only ever touches the process it started itself. */
export class MortalProcess {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(private readonly recipe: ProcessRecipe) {}

  /** The process as it runs now. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process; resolves when it is ready. Throws with its output if it ends by itself before that. */
  async start(): Promise<void> {
    this.output = '';
    const child = endsWithParent(this.recipe.command, this.recipe.args);
    const collect = (chunk: Buffer): void => void (this.output = (this.output + chunk.toString()).slice(-4000));
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.child = child;
    const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
    try {
      await this.recipe.ready(isAlive, () => this.output);
    } catch (error) {
      throw new Error(`${this.recipe.name} did not get ready; it printed:\n${this.output}`, { cause: error });
    }
    if (!isAlive() && child.signalCode !== 'SIGKILL') {
      throw new Error(`${this.recipe.name} ended by itself (${child.exitCode ?? child.signalCode}):\n${this.output}`);
    }
  }

  /** Kills the process without warning, as a power cut would; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks the process to end, and resolves when it has. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Stops the process where it is, as a debugger or a suspended machine does, until `meanwhile` is done. */
  async suspend<Result>(meanwhile: () => Promise<Result>): Promise<Result> {
    this.child?.kill('SIGSTOP');
    try {
      return await meanwhile();
    } finally {
      this.child?.kill('SIGCONT');
    }
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}
