import type { Flags } from './flags.js';
import type { Output } from './output/output.js';
import type { Session } from './connection/session.js';
import type { Terminal } from './terminal.js';

/** One flag of a command, in the notation of commander: `-t, --task-queue <name>`. */
export interface FlagSpec {
  readonly flags: string;
  readonly description: string;
  readonly required?: boolean;
  /** May be given several times. */
  readonly many?: boolean;
  /** Names a file to read, `-` for what is piped in. */
  readonly isRead?: boolean;
  /** The values there are; for completion, and in help. */
  readonly values?: readonly string[];
  /** An older name: works, and is not shown. */
  readonly isHidden?: boolean;
  /** It is there because other command lines have it, is not shown, and does nothing; why that is so. */
  readonly withoutEffect?: string;
}

/** What a command works with. */
export interface CommandContext {
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly output: Output;
  readonly terminal: Terminal;
  /** Aborts with Ctrl-C. Who asks for it ends by itself then; without, Ctrl-C ends the command wherever it is. */
  readonly interruption: () => AbortSignal;
  /** Connects with the first call; commands that need no server never load it. */
  readonly session: () => Promise<Session>;
}

/** One command: its words, its flags, what it does. */
export interface CommandSpec {
  /** `workflow start`. */
  readonly path: string;
  /** Other names for the last word of the path. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** What a newcomer has to know beyond the summary. */
  readonly details?: string;
  /** A whole command line. */
  readonly example: string;
  readonly flags: readonly FlagSpec[];
  /** In the notation of commander: `[name]`. */
  readonly args?: readonly string[];
  /** The command talks to no server: no flags of a connection, which may be its own. */
  readonly isLocal?: boolean;
  run(context: CommandContext): Promise<void>;
}

/** `--workflow-id`, `-w` and `<id>` of `-w, --workflow-id <id>`. */
export function namesOf({ flags }: FlagSpec): { long: string; short: string | undefined; value: string | undefined } {
  const words = flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
  return {
    long: words.find((word) => word.startsWith('--')) ?? '',
    short: words.find((word) => !word.startsWith('--')),
    value: /<.*>$/.exec(flags)?.[0],
  };
}
