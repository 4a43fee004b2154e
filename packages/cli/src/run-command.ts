import type { Command } from 'commander';
import { namesOf, type CommandSpec } from './command.js';
import type { Session } from './connection/session.js';
import { InterruptedError, UsageError } from './errors.js';
import { Flags } from './flags.js';
import { callLogOf } from './call-log.js';
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
  checkRequired(spec, flags);
  const run = async (): Promise<void> => {
    const output = (report.output = new Output(flags, terminal));
    warnOf(spec, command, terminal);
    const complete = await withInput(flags, spec, terminal);
    await runSpec(spec, { flags: complete, args: command.args, output, terminal, interruption });
    const quiet = [...QUIET_FLAGS, ...withoutEffect(spec).keys()];
    const unheard = complete.unheard(saidFlags(command)).filter((name) => !quiet.includes(name));
    if (unheard.length > 0)
      terminal.err(`perdure: ${unheard.map((name) => `--${name}`).join(', ')} made no difference here\n`);
  };
  // People get their prompt back at once; programs get whole JSON first.
  await (isJsonFormat(format) ? Promise.race([run(), interruption.unlessTaken()]) : run());
}

/** Not left to commander, which looks for missing flags before it finds that one was misspelt, and knows no environments. */
function checkRequired(spec: CommandSpec, flags: Flags): void {
  for (const flag of spec.flags) {
    const { long, value = '' } = namesOf(flag);
    if (flag.required === true && !flags.isGiven(long.slice(2)))
      throw new UsageError(`required option '${long} ${value}' not specified. See: perdure ${spec.path} --help`);
  }
}

/** Consent that was not needed, and ways to show what did not come: nobody has to be told. */
const QUIET_FLAGS = ['yes', 'color', 'pager', 'time-format'];

/** Flags that are there because other command lines have them, and why they do nothing. */
function withoutEffect(spec: CommandSpec): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const flag of spec.flags)
    if (flag.withoutEffect !== undefined) found.set(namesOf(flag).long.slice(2), flag.withoutEffect);
  return found;
}

function warnOf(spec: CommandSpec, command: Command, terminal: Terminal): void {
  const reasons = withoutEffect(spec);
  for (const name of saidFlags(command)) {
    const reason = reasons.get(name);
    if (reason !== undefined) terminal.err(`perdure: --${name} has no effect: ${reason}\n`);
  }
}

/** The long names of the flags that were said on the command line. */
function saidFlags(command: Command): readonly string[] {
  const said = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  return [...new Set(said.map((option) => option.name().replace(/^no-/, '')))];
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
    return new Session(settings, callLogOf(parts.flags, parts.terminal));
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
  const flags = new Flags(command.opts(), off);
  if (spec.isLocal === true) return flags;
  const { environmentFlags } = await import('./connection/environment-flags.js');
  const named = flags.isSet('disable-config-env') ? undefined : variables['TEMPORAL_ENV'];
  const choice = {
    name: flags.text('env') ?? (named || undefined),
    file: flags.text('env-file') ?? (variables['TEMPORAL_ENV_FILE'] || undefined),
  };
  const all = [...spec.flags, ...DISPLAY_FLAGS, ...CONNECTION_FLAGS];
  const open = all.filter((flag) => !off.has(namesOf(flag).long.slice(2)));
  return flags.withDefaults(await environmentFlags(choice, open));
}

/** The flags with what is piped in, if one of them asks for that. */
async function withInput(flags: Flags, spec: CommandSpec, terminal: Terminal): Promise<Flags> {
  const names = spec.flags.filter(({ isRead }) => isRead === true).map((flag) => namesOf(flag).long.slice(2));
  const isAsked = names.some((name) => flags.text(name) === '-' || flags.texts(name).includes('-'));
  return isAsked ? flags.withInput(await terminal.input()) : flags;
}
