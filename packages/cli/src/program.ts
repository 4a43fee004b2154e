import { Command, CommanderError, Help, Option } from 'commander';
import { namesOf, type CommandSpec, type FlagSpec } from './command.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from './global-flags.js';
import { GROUPS, INTRODUCTION } from './groups.js';
import { formatInWords } from './output/format.js';
import { oneLine, Report, type ExitCode } from './report.js';
import { runCommand } from './run-command.js';
import type { Terminal } from './terminal.js';
import { VERSION } from './version.js';
import { commandsMeant, readWords, type CommandLine } from './words.js';

const COMMAND_LINE = '  $ ';
const OUTPUT_HEADING = 'Output:';
const CONNECTION_HEADING = 'Server, and who you are:';

/** Runs one command line. */
export async function runProgram(
  commands: readonly CommandSpec[],
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const report = new Report(terminal, formatInWords(words));
  const line = readWords(words, commands, [...DISPLAY_FLAGS, ...CONNECTION_FLAGS]);
  const program = buildProgram(commands, line, { terminal, report });
  try {
    if (line.words.length === 0) program.outputHelp();
    else await program.parseAsync([...line.words], { from: 'user' });
    return report.end('help');
  } catch (error) {
    if (!(error instanceof CommanderError)) return report.fail(error);
    if (error.exitCode !== 0 && error.code !== 'commander.help') return 2;
    return report.end(error.code === 'commander.version' ? 'version' : 'help');
  }
}

/** Whom a command line talks to: the terminal, and by way of the report. */
interface Ends {
  readonly terminal: Terminal;
  readonly report: Report;
}

function buildProgram(commands: readonly CommandSpec[], line: CommandLine, ends: Ends): Command {
  const program = new Command('perdure').description(INTRODUCTION.summary);
  prepare(acceptingFormat(program), ends);
  // Flags of the program stand before the command, so that commands may have a -v of their own.
  program.enablePositionalOptions();
  program.addHelpText('after', INTRODUCTION.example).version(VERSION, '-v, --version');
  const groups = new Map<string, Command>([['', program]]);
  // Only the commands that are meant get their flags: for all of them that would take longer than the rest of the start.
  const meant = new Set(commandsMeant(line.words, commands));
  for (const spec of commands) {
    const words = spec.path.split(' ');
    const parent = groupOf(groups, words.slice(0, -1), ends);
    addCommand(parent, spec, { name: words.at(-1) ?? '', isMeant: meant.has(spec), off: line.off }, ends);
  }
  return program;
}

/** A group only gives help, and that in the format that was asked for. */
function acceptingFormat(group: Command): Command {
  return group.addOption(new Option('-o, --output <format>').hideHelp());
}

function prepare(command: Command, { terminal, report }: Ends): void {
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
    writeOut: (text) => report.say(text),
    // Help for a group that was named without a command; errors go through outputError.
    writeErr: (text) => report.say(text),
    outputError: (text) =>
      report.refuse(`${oneLine(text.replace(/^error: /, ''))}. See: perdure ${nameOf(command)}--help`),
  });
}

function nameOf(command: Command): string {
  const names: string[] = [];
  for (let current: Command | null = command; current?.parent != null; current = current.parent)
    names.unshift(current.name());
  return names.map((name) => `${name} `).join('');
}

function groupOf(groups: Map<string, Command>, words: readonly string[], ends: Ends): Command {
  const path = words.join(' ');
  const known = groups.get(path);
  if (known !== undefined) return known;
  const parent = groupOf(groups, words.slice(0, -1), ends);
  const name = words.at(-1) ?? '';
  // A command may have commands below it: `workflow reset` and `workflow reset with-workflow-update-options`.
  const command = parent.commands.find((each) => each.name() === name);
  const group = command ?? acceptingFormat(parent.command(name));
  if (group.description() === '') group.description(GROUPS[path] ?? '');
  prepare(group, ends);
  groups.set(path, group);
  return group;
}

interface Placement {
  readonly name: string;
  readonly isMeant: boolean;
  readonly off: ReadonlySet<string>;
}

function addCommand(parent: Command, spec: CommandSpec, { name, isMeant, off }: Placement, ends: Ends): void {
  const command = parent.commands.find((existing) => existing.name() === name) ?? parent.command(name);
  command.summary(spec.summary).description(spec.summary);
  prepare(command, ends);
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
  command.action(() => runCommand(spec, command, off, ends));
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
  if (flag.isHidden === true || flag.withoutEffect !== undefined) option.hideHelp();
  if (heading !== undefined) option.helpGroup(heading);
  command.addOption(option);
}
