import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from './commands/index.js';
import { Cli, type Ran } from './testing/cli.js';
import { ENDS_WITH_PARENT } from './testing/ends-with-parent.js';
import { EXAMPLE_QUEUES, SETTINGS } from './testing/examples.js';
import { TESTED } from './testing/tested-server.js';
import { startWorker, type RunningWorker } from './testing/worker.js';

const COMMAND = fileURLToPath(new URL('../bin/perdure.js', import.meta.url));

let cli: Cli;
let workers: readonly RunningWorker[];
let path: string;
beforeAll(async () => {
  cli = await Cli.start();
  workers = await Promise.all(EXAMPLE_QUEUES.map((queue) => startWorker(cli.server.address, queue, cli.namespace)));
  const bin = join(cli.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(COMMAND, join(bin, 'perdure'));
  path = [bin, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
}, 60_000);
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await cli.stop();
});

/** Runs a line as it stands in help, as a newcomer would who copies it into a shell. */
function runInShell(line: string, shell = 'bash'): Promise<Ran> {
  const child = spawn(shell, ['-c', line], {
    cwd: cli.folder,
    env: { ...cli.variables, PATH: path, HOME: cli.folder, NODE_OPTIONS: ENDS_WITH_PARENT.join(' ') },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    // Of all commands only the server goes on until it is stopped.
    if (text.includes('Database:')) child.kill('SIGINT');
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin?.end();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
  });
}

test.for(COMMANDS.map((command) => [command.path, command.example] as const))(
  'the example of %s runs: %s',
  { timeout: 60_000 },
  async ([command, example], context) => {
    if (TESTED.address !== undefined) return context.skip('examples name things that other servers may have already');
    const { before, meanwhile, needs } = SETTINGS[command] ?? {};
    const isLacking = needs !== undefined && TESTED.lacks(needs);
    const isPrepared = !isLacking || needs === 'version overrides';
    const found = isPrepared ? await before?.(cli) : undefined;
    const shell = /^completion (.*)/.exec(command)?.[1];
    if (shell !== undefined && spawnSync(shell, ['-c', 'true']).error !== undefined)
      return context.skip(`${shell} is not installed`);
    const line = example.replace('2b1e...', found ?? 'x');
    // Ports that others may use are the one thing that is not taken from the example.
    const words = command === 'server start-dev' ? `exec ${line} --port 0 --ui-port 0` : line;
    const [{ code, err }] = await Promise.all([runInShell(words, shell), meanwhile?.(cli)]);
    if (isLacking)
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^perdure: [^\n]+\n$/) as string });
    else expect({ code, err }).toEqual({ code: 0, err: '' });
  },
);

test('what an example needs is only said of commands that there are', () => {
  const paths = COMMANDS.map((command) => command.path);
  expect(Object.keys(SETTINGS).filter((command) => !paths.includes(command))).toEqual([]);
});
