import type { Command } from 'commander';
import { namesOf, type CommandSpec } from './command.js';
import type { Session } from './connection/session.js';
import { InterruptedError } from './errors.js';
import { Flags } from './flags.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from './global-flags.js';
import { formatOf, isJsonFormat } from './output/format.js';
import { Output } from './output/output.js';
import type { Report } from './report.js';
import type { Terminal } from './terminal.js';

/** Runs a command with the flags that were said. `off`: flags that were switched off. */
export async function runCommand(
  spec: CommandSpec,
  command: Command,
  off: ReadonlySet<string>,
  { terminal, report }: { readonly terminal: Terminal; readonly report: Report },
): Promise<void> {
  const interruption = new Interruption(terminal);
  const flags = await readFlags(spec, command, off, terminal);
  const format = formatOf(flags) ?? 'table';
  report.begin(format);
  const run = async (): Promise<void> => {
    const output = (report.output = new Output(flags, terminal));
    const complete = await withInput(flags, spec, terminal);
    await runSpec(spec, { flags: complete, args: command.args, output, terminal, interruption });
  };
  // People get their prompt back at once; programs get whole JSON first.
  await (isJsonFormat(format) ? Promise.race([run(), interruption.unlessTaken()]) : run());
}

/** What Ctrl-C does. */
class Interruption {
  private signal: AbortSignal | undefined;
  private isTaken = false;

  constructor(private readonly terminal: Terminal) {}

  /** The command ends by itself once it aborts. */
  take(): AbortSignal {
    this.isTaken = true;
    return this.listen();
  }

  /** Rejects with Ctrl-C, unless the command takes care of that. */
  unlessTaken(): Promise<never> {
    const signal = this.listen();
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        if (!this.isTaken) reject(new InterruptedError());
      });
    });
  }

  private listen(): AbortSignal {
    return (this.signal ??= this.terminal.interruption());
  }
}

interface Parts extends Omit<Parameters<CommandSpec['run']>[0], 'session' | 'interruption'> {
  readonly interruption: Interruption;
}

async function runSpec(spec: CommandSpec, { interruption, ...parts }: Parts): Promise<void> {
  let opened: Promise<Session> | undefined;
  const open = async (): Promise<Session> => {
    const { readSettings } = await import('./connection/settings.js');
    const settings = await readSettings(parts.flags, parts.terminal.variables);
    const { Session } = await import('./connection/session.js');
    return new Session(settings);
  };
  try {
    await spec.run({ ...parts, interruption: () => interruption.take(), session: () => (opened ??= open()) });
  } catch (error) {
    if (opened === undefined) throw error;
    const { describedCallError } = await import('./connection/call-errors.js');
    throw describedCallError(error, (await opened).settings.address) ?? error;
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
}

/** The flags that were said, and behind them what the environment says of the others. */
async function readFlags(
  spec: CommandSpec,
  command: Command,
  off: ReadonlySet<string>,
  { variables }: Terminal,
): Promise<Flags> {
  const said = command.opts();
  const flags = new Flags(said, off);
  if (spec.isLocal === true) return flags;
  const { environmentFlags } = await import('./connection/environment-flags.js');
  const named = flags.isSet('disable-config-env') ? undefined : variables['TEMPORAL_ENV'];
  const choice = {
    name: flags.text('env') ?? (named || undefined),
    file: flags.text('env-file') ?? (variables['TEMPORAL_ENV_FILE'] || undefined),
  };
  const open = [...spec.flags, ...DISPLAY_FLAGS, ...CONNECTION_FLAGS].filter(
    (flag) => !flags.isOff(namesOf(flag).long.slice(2)),
  );
  return new Flags({ ...(await environmentFlags(choice, open)), ...said }, off);
}

/** The flags with what is piped in, if one of them asks for that. */
async function withInput(flags: Flags, spec: CommandSpec, terminal: Terminal): Promise<Flags> {
  const names = spec.flags.filter(({ isRead }) => isRead === true).map((flag) => namesOf(flag).long.slice(2));
  const isAsked = names.some((name) => flags.text(name) === '-' || flags.texts(name).includes('-'));
  return isAsked ? flags.withInput(await terminal.input()) : flags;
}
