import { expect, test } from 'vitest';
import { COMMANDS } from './commands/index.js';
import { CONNECTION_FLAGS, DISPLAY_FLAGS } from './global-flags.js';
import { commandsMeant, readWords } from './words.js';

const read = (...words: string[]) => readWords(words, COMMANDS, [...DISPLAY_FLAGS, ...CONNECTION_FLAGS]);

test('flags before the command, or among its words, move behind it with their values', () => {
  const words = ['--limit', '3', '--', '-n'];
  expect(read('-n', 'orders', '--tls', 'workflow', '--address=h:1', 'list', ...words).words).toEqual([
    ...['workflow', 'list', '-n', 'orders', '--tls', '--address=h:1'],
    ...words,
  ]);
  expect(read('-n', 'orders', 'workflow', 'lst').words).toEqual(['workflow', 'lst', '-n', 'orders']);
  expect(read('--help').words).toEqual(['--help']);
});

test('switches may be given a value, and short flags theirs behind an equals sign', () => {
  const { words, off } = read('workflow', 'cancel', '-w=1=2', '--yes=true', '-y=true', '--tls=false', '--reason=true');
  expect(words).toEqual(['workflow', 'cancel', '-w', '1=2', '--yes', '-y', '--reason=true']);
  expect([...off]).toEqual(['tls']);
});

test('the commands that are meant are those whose words come first, under any of their names', () => {
  const meant = (...words: string[]): readonly string[] => commandsMeant(words, COMMANDS).map(({ path }) => path);
  expect(meant('workflow', 'list', '--limit', '3')).toEqual(['workflow list']);
  expect(meant('help', 'workflow', 'list')).toEqual(['workflow list']);
  expect(meant('workflow', 'update-with-start')).toEqual(['workflow execute-update-with-start']);
  expect(meant('workflow', 'reset', 'with-workflow-update-options')).toEqual([
    'workflow reset',
    'workflow reset with-workflow-update-options',
  ]);
  expect(meant('workflow')).toEqual([]);
});
