import { Writable } from 'node:stream';

import { expect, test } from 'vitest';

import { openLogger, silentLogger } from './logger.js';

function collect(): { destination: Writable; text: () => string } {
  const chunks: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { destination, text: () => chunks.join('') };
}

test('writes one JSON object a line, with the fields of its parents', async () => {
  const { destination, text } = collect();
  const log = await openLogger({ destination, level: 'debug' });
  log.child({ shard: 3 }).info('Shard loaded', { executions: 12 });
  log.error('Commit failed', { error: new Error('disk full', { cause: new Error('ENOSPC') }) });
  const [first = '', second = ''] = text().trim().split('\n');
  expect(JSON.parse(first)).toMatchObject({ level: 'info', msg: 'Shard loaded', shard: 3, executions: 12 });
  expect(JSON.parse(second)).toMatchObject({ level: 'error', error: { type: 'Error' } });
  expect(second).toContain('disk full');
  expect(second).toContain('ENOSPC');
});

test('writes only from its level upwards', async () => {
  const { destination, text } = collect();
  const log = await openLogger({ destination, level: 'warn' });
  log.debug('no');
  log.info('no');
  log.warn('yes');
  expect(text().match(/"msg"/g)).toHaveLength(1);
  expect(log.isEnabled('info')).toBe(false);
  expect(log.isEnabled('error')).toBe(true);
});

test('writes for people when asked', async () => {
  const { destination, text } = collect();
  (await openLogger({ destination, format: 'pretty' })).info('Server ready', { address: '127.0.0.1:7233' });
  expect(text()).toMatch(/INFO.*Server ready.*127\.0\.0\.1:7233/s);
});

test('leaves no listeners on a destination that many servers share', async () => {
  const { destination, text } = collect();
  const before = destination.eventNames().map((name) => [name, destination.listenerCount(name)]);
  for (let index = 0; index < 3; index++) (await openLogger({ destination, format: 'pretty' })).info(`server ${index}`);
  expect(destination.eventNames().map((name) => [name, destination.listenerCount(name)])).toEqual(before);
  expect(text()).toMatch(/server 0\n[^]*server 1\n[^]*server 2\n$/);
});

test('can be silent', () => {
  expect(silentLogger.child({}).isEnabled('error')).toBe(false);
});

test('shows people the stack of an error, and the fields of parents', async () => {
  const { destination, text } = collect();
  const log = (await openLogger({ destination, format: 'pretty' })).child({ shard: 3 });
  log.error('Commit failed', { error: new Error('disk full') });
  log.warn('Slow');
  expect(text()).toMatch(/ERROR.*Commit failed.*"shard":3[^]*Error: disk full\n +at /);
  expect(text()).toMatch(/WARN.*Slow.*"shard":3\}[^\n]*\n$/);
});
