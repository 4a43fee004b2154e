import { Command, CommanderError, Option } from 'commander';
import type { CommandSpec, FlagSpec } from './command.js';
import { Flags } from './flags.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from './global-flags.js';
import { Output } from './output/output.js';
import { CommandError, UsageError } from './errors.js';
import type { Session } from './connection/session.js';

/** Where a command writes, and what it reads besides its flags. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly variables: NodeJS.ProcessEnv;
}

/** What each group of commands is for. */
const GROUPS: Readonly<Record<string, string>> = {
  server: 'Run a server on this machine',
  workflow: 'Start workflow executions, look at them, and act on them',
  'task-queue': 'Look at task queues and their pollers',
  operator: 'Administer a server',
  'operator namespace': 'Create and look at namespaces',
  'operator cluster': 'Look at the server itself',
  env: 'Keep the settings of several servers by name',
};

/** Runs one command line. The number is the exit code: 0 done, 1 it failed, 2 the command line is wrong. */
export async function runProgram(
  commands: readonly CommandSpec[],
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const program = buildProgram(commands, terminal);
  try {
    if (words.length === 0) terminal.out(program.helpInformation());
    else await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || error.code === 'commander.help' ? 0 : 2;
    terminal.err(`perdure: ${error instanceof Error ? oneLine(error.message) : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function buildProgram(commands: readonly CommandSpec[], terminal: Terminal): Command {
  const program = new Command('perdure').description(
    'Durable execution: a server for development, and what you do to workflows.',
  );
  prepare(program, terminal);
  program.version('0.1.0', '-v, --version');
  const groups = new Map<string, Command>([['', program]]);
  for (const spec of commands) {
    const words = spec.path.split(' ');
    const parent = groupOf(groups, words.slice(0, -1), terminal);
    addCommand(parent, spec, words.at(-1) ?? '', terminal);
  }
  return program;
}

function prepare(command: Command, terminal: Terminal): void {
  command.exitOverride().showSuggestionAfterError(true);
  command.configureOutput({
    writeOut: (text) => terminal.out(text),
    // Help for a group that was named without a command; errors go through outputError.
    writeErr: (text) => terminal.out(text),
    outputError: (text) =>
      terminal.err(`perdure: ${oneLine(text.replace(/^error: /, ''))}. See perdure ${nameOf(command)}--help\n`),
  });
}

function nameOf(command: Command): string {
  const names: string[] = [];
  for (let current: Command | null = command; current?.parent != null; current = current.parent)
    names.unshift(current.name());
  return names.map((name) => `${name} `).join('');
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

function groupOf(groups: Map<string, Command>, words: readonly string[], terminal: Terminal): Command {
  const path = words.join(' ');
  const known = groups.get(path);
  if (known !== undefined) return known;
  const parent = groupOf(groups, words.slice(0, -1), terminal);
  const group = parent.command(words.at(-1) ?? '').description(GROUPS[path] ?? '');
  prepare(group, terminal);
  groups.set(path, group);
  return group;
}

function addCommand(parent: Command, spec: CommandSpec, name: string, terminal: Terminal): void {
  const existing = parent.commands.find((command) => command.name() === name);
  const command = existing ?? parent.command(name);
  command.description(spec.summary).addHelpText('after', `\nExample:\n  $ ${spec.example}`);
  prepare(command, terminal);
  const taken = new Set<string>();
  const all = [...spec.flags, ...DISPLAY_FLAGS, ...(spec.isLocal === true ? [] : CONNECTION_FLAGS)];
  for (const flag of all) addFlag(command, flag, taken);
  for (const arg of spec.args ?? []) command.argument(arg);
  command.action(() => runCommand(spec, command, terminal));
}

/** A flag of the command itself goes before a global one of the same name, long or short. */
function addFlag(command: Command, flag: FlagSpec, taken: Set<string>): void {
  const names = flag.flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));
  const free = names.filter((name) => !taken.has(name));
  const long = free.find((name) => name.startsWith('--'));
  if (long === undefined) return;
  for (const name of free) taken.add(name);
  const value = /<.*>$/.exec(flag.flags)?.[0];
  const option = new Option([free.join(', '), ...(value === undefined ? [] : [value])].join(' '), flag.description);
  if (flag.many === true)
    option.argParser((text: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), text]);
  if (flag.required === true) option.makeOptionMandatory(true);
  command.addOption(option);
}

async function runCommand(spec: CommandSpec, command: Command, terminal: Terminal): Promise<void> {
  const flags = new Flags(command.opts());
  const output = new Output(flags, (text) => terminal.out(text), terminal.isTerminal);
  let opened: Promise<Session> | undefined;
  const open = async (): Promise<Session> => {
    const { readSettings } = await import('./connection/settings.js');
    const settings = await readSettings(flags, terminal.variables);
    const { Session } = await import('./connection/session.js');
    return new Session(settings);
  };
  try {
    await spec.run({ flags, args: command.args, output, session: () => (opened ??= open()) });
  } catch (error) {
    if (opened === undefined) throw error;
    const { describeCallError } = await import('./connection/session.js');
    const words = describeCallError(error, (await opened).settings.address);
    throw words === undefined ? error : new CommandError(words);
  } finally {
    await (await opened?.catch(() => undefined))?.close();
  }
}
