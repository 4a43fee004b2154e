import type { Payload } from '@perdure/common';
import { expect, test } from 'vitest';
import { mapPayloads } from './payload-visitor.js';

const payload = (text: string): Payload => ({ metadata: {}, data: new TextEncoder().encode(text) });
const upperCased = async (payloads: Payload[]): Promise<Payload[]> =>
  payloads.map(({ data }) => payload(new TextDecoder().decode(data as Uint8Array).toUpperCase()));

test('every payload goes through, whatever the member is called that it is under', async () => {
  const names = ['__proto__', 'constructor', 'note'];
  const message = { memo: Object.fromEntries(names.map((name) => [name, payload(name)])), list: [payload('a'), 1] };
  const mapped = await mapPayloads(message, upperCased);
  expect(Object.entries(mapped.memo)).toEqual(names.map((name) => [name, payload(name.toUpperCase())]));
  expect(mapped.list).toEqual([payload('A'), 1]);
  expect(message.list).toEqual([payload('a'), 1]);
});

test('a message without payloads is passed on as it is, and what the server reads is left alone', async () => {
  const message = { kind: 'x', searchAttributes: { Team: payload('a') } };
  expect(await mapPayloads(message, upperCased)).toBe(message);
});

test('a codec that loses payloads is named', async () => {
  await expect(mapPayloads({ input: [payload('a'), payload('b')] }, async () => [])).rejects.toThrow('gave 0 payloads for 2'); // prettier-ignore
});
