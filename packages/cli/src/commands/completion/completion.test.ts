import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../index.js';
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'perdure-completion-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: readonly string[]): readonly string[] {
  const script = join(folder, 'perdure.bash');
  writeFileSync(script, bashScript(COMMANDS));
  const lines = [
    `source ${script}`,
    `COMP_WORDS=(${['perdure', ...words].map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_perdure',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  return execFileSync('bash', ['--norc', '-c', lines.join('\n')], { encoding: 'utf8', cwd: folder })
    .split('\n')
    .filter((line) => line !== '');
}

test('bash offers groups, commands, flags, and values of flags', () => {
  expect(offered('w')).toEqual(['workflow']);
  expect(offered('workflow', 'reset')).toEqual(['reset', 'reset-batch']);
  expect(offered('workflow', 'update', '')).toEqual(['execute', 'start', 'result', 'describe']);
  expect(offered('workflow', 'list', '--q')).toEqual(['--query']);
  expect(offered('workflow', 'list', '-o', 'j')).toEqual(['json', 'jsonl']);
  expect(offered('workflow', 'list', '-o', 'json', '--lim')).toEqual(['--limit']);
  expect(offered('schedule', 'create', '--overlap-policy', 'B')).toEqual(['BufferOne', 'BufferAll']);
  writeFileSync(join(folder, 'some.db'), '');
  expect(offered('server', 'start-dev', '--db-filename', 'so')).toEqual(['some.db']);
});

test.each([
  ['bash', bashScript(COMMANDS)],
  ['zsh', zshScript(COMMANDS)],
  ['fish', fishScript(COMMANDS)],
])('the script for %s names every command, and the shell can read it where it is installed', (shell, script) => {
  for (const { path } of COMMANDS) expect(script).toContain(path.split(' ').at(-1));
  const file = join(folder, `perdure.${shell}`);
  writeFileSync(file, script);
  if (isInstalled(shell)) execFileSync(shell, ['-n', file]);
});
