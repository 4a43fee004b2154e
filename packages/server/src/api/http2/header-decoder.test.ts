import { connect } from 'node:http2';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { HeaderDecoder } from './header-decoder.js';
import { encodeHeaderBlock } from './header-encoder.js';
import type { RequestHead } from './request-head.js';
import { Http2Server } from './server.js';

function decode(decoder: HeaderDecoder, hex: string): string[] {
  const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex');
  return decoder.decode(bytes, 0, bytes.length).fields.map(({ name, value }) => `${name}: ${value}`);
}

test('decodes the request examples of RFC 7541, appendix C.4, on one table', () => {
  const decoder = new HeaderDecoder();
  const common = [':method: GET', ':scheme: http'];
  expect(decode(decoder, '828684418cf1e3c2e5f23a6ba0ab90f4ff')).toEqual([
    ...common,
    ':path: /',
    ':authority: www.example.com',
  ]);
  expect(decode(decoder, '828684be5886a8eb10649cbf')).toEqual([
    ...common,
    ':path: /',
    ':authority: www.example.com',
    'cache-control: no-cache',
  ]);
  expect(decode(decoder, '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf')).toEqual([
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ]);
});

test('evicts as the peer does, also after a change of the table size', () => {
  const decoder = new HeaderDecoder();
  // Two entries of 35 bytes each in a table of 64: the second evicts the first.
  expect(decode(decoder, '3f21 4001610162 4001630164')).toEqual(['a: b', 'c: d']);
  expect(decode(decoder, 'be')).toEqual(['c: d']);
  expect(() => decode(decoder, 'bf')).toThrow('not in the table');
  expect(() => decode(new HeaderDecoder(), '3fe21f')).toThrow('exceeds the agreed size');
});

test('a block that comes again stands for the same fields, until the table changes', () => {
  const decoder = new HeaderDecoder();
  expect(decode(decoder, '4001610162 4001630164')).toEqual(['a: b', 'c: d']);
  expect(decode(decoder, 'be82')).toEqual(['c: d', ':method: GET']);
  const again = Buffer.from('00be8200', 'hex');
  expect(decoder.decode(again, 1, 3)).toBe(decoder.decode(again, 1, 3));
  expect(decode(decoder, 'be82')).toEqual(['c: d', ':method: GET']);
  expect(decode(decoder, 'be84')).toEqual(['c: d', ':path: /']);
  expect(decode(decoder, '4001650166')).toEqual(['e: f']);
  expect(decode(decoder, 'be82')).toEqual(['e: f', ':method: GET']);
  expect(decode(decoder, 'bf82')).toEqual(['c: d', ':method: GET']);
  // A table of no size has no entries.
  expect(decode(decoder, '20')).toEqual([]);
  expect(() => decode(decoder, 'be82')).toThrow('not in the table');
});

test('a block that is sent with its fields in full, which adds them to the table, adds them each time', () => {
  const decoder = new HeaderDecoder();
  for (let time = 0; time < 3; time++) expect(decode(decoder, '4001610162')).toEqual(['a: b']);
  expect(decode(decoder, 'bebfc0')).toEqual(['a: b', 'a: b', 'a: b']);
});

test('more different blocks than are remembered are read right, each time', () => {
  const decoder = new HeaderDecoder();
  const blocks = Array.from({ length: 300 }, (_, index) =>
    encodeHeaderBlock([
      ['a', String(index)],
      ['long', 'x'.repeat(index * 3)],
    ]),
  );
  for (let time = 0; time < 3; time++) {
    for (const [index, block] of blocks.entries()) {
      expect(decoder.decode(block, 0, block.length).fields.map(({ value }) => value)).toEqual([
        String(index),
        'x'.repeat(index * 3),
      ]);
    }
  }
});

test('refuses what a Huffman code forbids', () => {
  expect(() => decode(new HeaderDecoder(), '0001 61 84 ffffffff')).toThrow('end-of-string');
  expect(() => decode(new HeaderDecoder(), '0001 61 81 18')).toThrow('padding');
  expect(() => decode(new HeaderDecoder(), '0001 61 82 1fff')).toThrow('padding');
});

test('reads back what our encoder writes', () => {
  const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
  const value = fc.stringMatching(/^[ -~]{0,300}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (fields) => {
      const block = encodeHeaderBlock(fields);
      const decoded = new HeaderDecoder().decode(block, 0, block.length);
      expect(decoded.fields.map((field) => [field.name, field.value])).toEqual(fields);
    }),
  );
});

test('reads what another implementation compresses, request after request', async () => {
  const heads: RequestHead[] = [];
  const server = new Http2Server({
    onRequest: (stream, head) => {
      heads.push(head);
      return {
        onData: () => undefined,
        onEnd: () => stream.respondHeadersOnly(encodeHeaderBlock([[':status', '204']])),
        onClosed: () => undefined,
      };
    },
  });
  const { port } = await server.listen('127.0.0.1', 0);
  const session = connect(`http://127.0.0.1:${port}`);
  const field = fc.tuple(fc.stringMatching(/^x-[a-z0-9-]{1,20}$/), fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/));
  const different = fc.sample(
    fc.dictionary(
      field.map(([name]) => name),
      field.map(([, value]) => value),
      { maxKeys: 30 },
    ),
    300,
  );
  // Few fields fit into the table together: the same requests come as blocks that are known.
  const repeated = fc.sample(fc.constantFrom(...different.slice(0, 4).map(firstFew)), 200);
  const requests = [...different, ...repeated, ...different.slice(0, 20).flatMap((fields) => [fields, fields])];
  for (const fields of requests) {
    const stream = session.request({ ':path': '/x', ...fields });
    stream.resume();
    await new Promise((resolve) => stream.on('close', resolve));
    const head = heads.pop();
    const received = head?.fields.slice(head.firstRegular).map(({ name, value }) => [name, value]);
    expect(Object.fromEntries(received ?? [])).toEqual({ ...fields });
  }
  session.destroy();
  await server.close();
});

function firstFew(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, 3)
      .map(([name, value]) => [name, value.slice(0, 20).trim() || 'x']),
  );
}
