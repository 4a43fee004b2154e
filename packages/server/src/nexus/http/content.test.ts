import { common } from '@perdure/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentOfPayload, payloadOfContent } from './content.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function payload(metadata: Readonly<Record<string, string>>, data = '1'): common.IPayload {
  const encoded = Object.entries(metadata).map(([name, value]) => [name, bytes(value)] as const);
  return { metadata: Object.fromEntries(encoded), data: bytes(data) };
}

/** As it is after it has been on the wire. */
const wired = (given: common.IPayload): common.Payload => common.Payload.decode(common.Payload.encode(given));

const WHOLE = 'application/x-temporal-payload';

describe('a payload', () => {
  test.each<[string, common.IPayload, string | undefined]>([
    ['nothing', payload({ encoding: 'binary/null' }, ''), undefined],
    ['bytes', payload({ encoding: 'binary/plain' }), 'application/octet-stream'],
    ['JSON', payload({ encoding: 'json/plain' }), 'application/json'],
    [
      'a message in JSON',
      payload({ encoding: 'json/protobuf', messageType: 'a.B' }),
      'application/json; format=protobuf; message-type="a.B"',
    ],
    [
      'a message',
      payload({ encoding: 'binary/protobuf', messageType: 'a.B' }),
      'application/x-protobuf; message-type="a.B"',
    ],
    ['something encrypted', payload({ encoding: 'binary/encrypted' }), WHOLE],
    ['JSON with more metadata', payload({ encoding: 'json/plain', key: 'k' }), WHOLE],
    ['a message without a type', payload({ encoding: 'binary/protobuf' }), WHOLE],
    [
      'JSON that is kept elsewhere',
      { ...payload({ encoding: 'json/plain' }), externalPayloads: [{ sizeBytes: 7 }] },
      WHOLE,
    ],
    ['a null with data', payload({ encoding: 'binary/null' }), WHOLE],
    ['a type that fits into no header', payload({ encoding: 'json/protobuf', messageType: '"; x' }), WHOLE],
  ])('of %s has its media type', (_, given, contentType) => {
    const { headers, body } = contentOfPayload(given);
    expect(headers['content-type']).toBe(contentType);
    expect(wired(payloadOfContent(headers, body))).toEqual(wired(given));
  });

  test('that is none is an empty body', () => {
    expect(contentOfPayload(undefined)).toEqual({ headers: {}, body: new Uint8Array() });
  });

  test('comes through HTTP as it was, whatever it is', () => {
    const names = fc.constantFrom('encoding', 'messageType', 'type', 'language', 'length', 'key id');
    const values = fc.oneof(
      fc
        .constantFrom(
          'json/plain',
          'binary/plain',
          'binary/null',
          'unknown/nexus-content',
          'text/plain',
          'application/json',
          WHOLE,
        )
        .map(bytes),
      fc.string({ maxLength: 8 }).map(bytes),
      fc.uint8Array({ maxLength: 4 }),
    );
    const payloads = fc.record({ metadata: fc.dictionary(names, values), data: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      // Half of them claim to have come in some media type.
      fc.property(payloads, fc.boolean(), (made, isForeign) => {
        const given = isForeign
          ? { ...made, metadata: { ...made.metadata, encoding: bytes('unknown/nexus-content') } }
          : made;
        const { headers, body } = contentOfPayload(given);
        const back = payloadOfContent(Object.fromEntries(new Headers(headers)), body);
        expect(wired(back)).toEqual(wired(given));
      }),
    );
  });
});

describe('content', () => {
  test('in a media type that stands for no encoding keeps what its headers say, and goes back as it came', () => {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-language': 'de', 'content-length': '1' };
    const found = payloadOfContent(headers, bytes('x'));
    expect(wired(found)).toEqual(
      wired(payload({ encoding: 'unknown/nexus-content', type: 'text/plain; charset=utf-8', language: 'de' }, 'x')),
    );
    const { 'content-length': _, ...others } = headers;
    expect(contentOfPayload(found).headers).toEqual(others);
  });

  test('is told by its media type, however that is written', () => {
    const type = 'Application/JSON;Format="x"; format = protobuf ; message-type=a.B';
    expect(wired(payloadOfContent({ 'content-type': type }, bytes('{}')))).toEqual(
      wired(payload({ encoding: 'json/protobuf', messageType: 'a.B' }, '{}')),
    );
    const json = { 'content-type': 'application/json; charset=utf-8' };
    expect(wired(payloadOfContent(json, bytes('1')))).toEqual(wired(payload({ encoding: 'json/plain' })));
  });

  test('that is no payload although it says so is refused', () => {
    expect(() => payloadOfContent({ 'content-type': WHOLE }, bytes('nonsense'))).toThrow(`The body is no ${WHOLE}`);
  });
});
