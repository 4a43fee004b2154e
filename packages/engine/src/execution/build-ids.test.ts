import { expect, test } from 'vitest';
import { payloads } from '../testing/commands.js';
import { withBuildId, withoutBuildIds } from './build-ids.js';

const read = (payload: ReturnType<typeof withBuildId>): unknown =>
  JSON.parse(new TextDecoder().decode(payload.data ?? undefined));

test('a build is added once', () => {
  const first = withBuildId(undefined, { workerVersion: { buildId: 'ä' } });
  expect(read(first)).toEqual(['unversioned', 'unversioned:ä']);
  expect(withBuildId(first, { workerVersion: { buildId: 'ä' } })).toBe(first);
  expect(withBuildId(first, {})).toBe(first);
  expect(read(withBuildId(first, { workerVersion: { buildId: 'b', useVersioning: true } }))).toEqual([
    'unversioned',
    'unversioned:ä',
    'versioned:b',
  ]);
});

test('what a start brought along under that name is no list of builds unless it is one', () => {
  for (const brought of [payloads(7), { payloads: [{ data: new Uint8Array([1]) }] }])
    expect(read(withBuildId(brought.payloads?.[0], {}))).toEqual(['unversioned']);
});

test('the run that follows begins without builds', () => {
  const fields = { BuildIds: withBuildId(undefined, {}), Other: {} };
  expect(withoutBuildIds(fields)).toEqual({ Other: {} });
});
