import { Command, CommanderError, Help, Option } from 'commander';
import { namesOf, type CommandSpec, type FlagSpec } from './command.js';
import { CommandError, InterruptedError, UsageError } from './errors.js';
import { Flags } from './flags.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from './global-flags.js';
import { GROUPS, INTRODUCTION } from './groups.js';
import { Output } from './output/output.js';
import type { Session } from './connection/session.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';
import { commandsMeant, readWords, type CommandLine } from './words.js';

const COMMAND_LINE = '  $ ';
const OUTPUT_HEADING = 'Output:';
const CONNECTION_HEADING = 'Server, and who you are:';

/**
 * Runs one command line. The number is the exit code: 0 done, 1 it failed, 2 the command line is wrong, 130 interrupted.
 */
export async function runProgram(
  commands: readonly CommandSpec[],
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const line = readWords(words, commands, [...DISPLAY_FLAGS, ...CONNECTION_FLAGS]);
  const program = buildProgram(commands, line, terminal);
  try {
    if (line.words.length === 0) program.outputHelp();
    else await program.parseAsync([...line.words], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
    if (error instanceof InterruptedError) {
      // The terminal has written ^C, and left the cursor behind it.
      if (terminal.isErrTerminal) terminal.err('\n');
      return 130;
    }
    terminal.err(`perdure: ${error instanceof Error ? oneLine(error.message) : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function buildProgram(commands: readonly CommandSpec[], line: CommandLine, terminal: Terminal): Command {
  const program = new Command('perdure').description(INTRODUCTION.summary);
  prepare(program, terminal);
  // Flags of the program stand before the command, so that commands may have a -v of their own.
  program.enablePositionalOptions();
  program.addHelpText('after', INTRODUCTION.example).version(VERSION, '-v, --version');
  const groups = new Map<string, Command>([['', program]]);
  // Only the commands that are meant get their flags: for all of them that would take longer than the rest of the start.
  const meant = new Set(commandsMeant(line.words, commands));
  for (const spec of commands) {
    const words = spec.path.split(' ');
    const parent = groupOf(groups, words.slice(0, -1), terminal);
    addCommand(parent, spec, { name: words.at(-1) ?? '', isMeant: meant.has(spec), off: line.off }, terminal);
  }
  return program;
}

function prepare(command: Command, terminal: Terminal): void {
  command.exitOverride().showSuggestionAfterError(true);
  const help = new Help();
  command.configureHelp({
    helpWidth: Math.min(Math.max(terminal.columns, 60), 120),
    // Names without aliases and flags: a column that the longest of them can bear.
    subcommandTerm: (subcommand) => (subcommand.name() === 'help' ? 'help [command]' : subcommand.name()),
    // A command line that is broken in two cannot be copied.
    boxWrap: (text, width) =>
      text
        .split('\n')
        .map((line) => (line.startsWith(COMMAND_LINE) ? line : help.boxWrap(line, width)))
        .join('\n'),
  });
  command.configureOutput({
    writeOut: (text) => terminal.out(text),
    // Help for a group that was named without a command; errors go through outputError.
    writeErr: (text) => terminal.out(text),
    outputError: (text) =>
      terminal.err(`perdure: ${oneLine(text.replace(/^error: /, ''))}. See: perdure ${nameOf(command)}--help\n`),
  });
}

function nameOf(command: Command): string {
  const names: string[] = [];
  for (let current: Command | null = command; current?.parent != null; current = current.parent)
    names.unshift(current.name());
  return names.map((name) => `${name} `).join('');
}

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\)\s*\n\s*\(/g, ') (')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}

function groupOf(groups: Map<string, Command>, words: readonly string[], terminal: Terminal): Command {
  const path = words.join(' ');
  const known = groups.get(path);
  if (known !== undefined) return known;
  const parent = groupOf(groups, words.slice(0, -1), terminal);
  const name = words.at(-1) ?? '';
  // A command may have commands below it: `workflow reset` and `workflow reset with-workflow-update-options`.
  const group = parent.commands.find((command) => command.name() === name) ?? parent.command(name);
  if (group.description() === '') group.description(GROUPS[path] ?? '');
  prepare(group, terminal);
  groups.set(path, group);
  return group;
}

interface Placement {
  readonly name: string;
  readonly isMeant: boolean;
  readonly off: ReadonlySet<string>;
}

function addCommand(parent: Command, spec: CommandSpec, { name, isMeant, off }: Placement, terminal: Terminal): void {
  const command = parent.commands.find((existing) => existing.name() === name) ?? parent.command(name);
  command.summary(spec.summary).description(spec.summary);
  prepare(command, terminal);
  command.aliases([...(spec.aliases ?? [])]);
  if (!isMeant) return;
  const details = spec.details === undefined ? '' : `\n\n${spec.details}`;
  // Before the flags: there are more of them than fit on a screen.
  command.description(`${spec.summary}.${details}\n\nExample:\n${COMMAND_LINE}${spec.example}`);
  const taken = new Set<string>();
  for (const flag of spec.flags) addFlag(command, flag, taken);
  for (const flag of DISPLAY_FLAGS) addFlag(command, flag, taken, OUTPUT_HEADING);
  if (spec.isLocal !== true) for (const flag of CONNECTION_FLAGS) addFlag(command, flag, taken, CONNECTION_HEADING);
  for (const arg of spec.args ?? []) command.argument(arg);
  command.action(() => runCommand(spec, command, off, terminal));
}

/** A flag of the command itself goes before a global one of the same name, long or short. */
function addFlag(command: Command, flag: FlagSpec, taken: Set<string>, heading?: string): void {
  const { long, short, value } = namesOf(flag);
  if (long === '' || taken.has(long)) return;
  const names = [short, long].filter((name) => name !== undefined && !taken.has(name));
  for (const name of names) if (name !== undefined) taken.add(name);
  const description = flag.required === true ? `${flag.description} (required)` : flag.description;
  const option = new Option([names.join(', '), ...(value === undefined ? [] : [value])].join(' '), description);
  if (flag.many === true)
    option.argParser((text: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), text]);
  if (flag.required === true) option.makeOptionMandatory(true);
  if (flag.isHidden === true) option.hideHelp();
  if (heading !== undefined) option.helpGroup(heading);
  command.addOption(option);
}

async function runCommand(
  spec: CommandSpec,
  command: Command,
  off: ReadonlySet<string>,
  terminal: Terminal,
): Promise<void> {
  const flags = await readFlags(spec, command, off, terminal);
  const output = new Output(flags, terminal);
  let opened: Promise<Session> | undefined;
  const open = async (): Promise<Session> => {
    const { readSettings } = await import('./connection/settings.js');
    const settings = await readSettings(flags, terminal.variables);
    const { Session } = await import('./connection/session.js');
    return new Session(settings);
  };
  try {
    await spec.run({ flags, args: command.args, output, terminal, session: () => (opened ??= open()) });
  } catch (error) {
    if (opened === undefined) throw error;
    const { describeCallError } = await import('./connection/call-errors.js');
    const words = describeCallError(error, (await opened).settings.address);
    throw words === undefined ? error : new CommandError(words);
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
