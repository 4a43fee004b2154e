import type { Flags } from './flags.js';
import type { Output } from './output/output.js';
import type { Session } from './connection/session.js';

/** One flag of a command, in the notation of commander: `-t, --task-queue <name>`. */
export interface FlagSpec {
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  /** May be given several times. */
  readonly many?: boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly output: Output;
  /** Connects with the first call; commands that need no server never load it. */
  readonly session: () => Promise<Session>;
}

/** One command: its words, its flags, what it does. */
export interface CommandSpec {
  /** `workflow start`. */
  readonly path: string;
  readonly summary: string;
  /** A whole command line. */
  readonly example: string;
  readonly flags: readonly FlagSpec[];
  /** In the notation of commander: `[name]`. */
  readonly args?: readonly string[];
  /** The command talks to no server: no flags of a connection, which may be its own. */
  readonly isLocal?: boolean;
  run(context: CommandContext): Promise<void>;
}
