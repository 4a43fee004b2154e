import type { Cli } from '../cli.js';
import type { Capability } from '../tested-server.js';
import { exactly, shape, text, type Shape } from './shape.js';

/** Where the forms of commands are tried. */
export interface World {
  readonly cli: Cli;
  /** A task queue with a worker. */
  readonly queue: string;
  /** Starts an execution that waits for approval, and whose worker has seen it. */
  startOrder(id: string): Promise<void>;
  /** Starts such an execution, and waits until lists know it and a batch may be started: servers take their time. */
  startListedOrder(id: string): Promise<void>;
  /** Starts an execution whose activity waits to be ended by hand. */
  startManual(id: string): Promise<void>;
}

/** What a command writes for programs, and how it is brought about. */
export interface Form {
  /** One document. */
  readonly document?: Shape;
  /** Or a list, of at least one of these: with `-o jsonl` a line each. */
  readonly items?: Shape;
  /** Where the lines of `-o jsonl` are not the document in one line: what each of them is. */
  readonly lines?: Shape;
  /** What of it depends on what was done, for `toMatchObject`. */
  readonly like?: (id: string) => object;
  /** What not every server does. */
  readonly needs?: Capability;
  /** The status that a server without it answers with (default: `UNIMPLEMENTED`). */
  readonly refusedWith?: string;
  /** Servers of several parts refuse it until all of them know what was prepared: it is tried until it succeeds. */
  readonly isTriedAgain?: boolean;
  /** Makes ready what the command works on, and may name it otherwise. `id` is new for every call. */
  prepare?(id: string, world: World): Promise<string | void>;
  /** The words behind the command's own. */
  words(id: string, world: World): readonly string[];
  /** What must hold once it was done. */
  afterwards?(id: string, world: World): Promise<void>;
}

/** The forms of some commands, by their words; several where flags make another form of it. */
export type Forms = Readonly<Record<string, Form | readonly Form[]>>;

/** What stands on stdout when a command fails that has written nothing yet. */
export function errorForm(code: string, exitCode: number): Shape {
  return shape({ error: shape({ code: exactly(code), message: text, exitCode: exactly(exitCode) }) });
}
