import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readOperationToken, writeOperationToken, type OperationToken } from './operation-token.js';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const tokens: fc.Arbitrary<OperationToken> = fc.oneof(
  fc.record({ type: fc.constant('workflow-run' as const), workflowId: text }),
  fc.record({ type: fc.constant('activity' as const), activityId: text, runId: text }),
  fc.record({ type: fc.constant('update' as const), workflowId: text, runId: fc.string(), updateId: text }),
);

test('what is written is read, and fits in a URL', () => {
  fc.assert(
    fc.property(text, tokens, (namespace, token) => {
      const written = writeOperationToken(namespace, token);
      expect(written).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(readOperationToken(written)).toEqual(token);
    }),
  );
});

test('the token of a workflow is that of every SDK', () => {
  const token = writeOperationToken('test', { type: 'workflow-run', workflowId: 'wid' });
  expect(token).toBe('eyJ0IjoxLCJucyI6InRlc3QiLCJ3aWQiOiJ3aWQifQ');
});

const encoded = (fields: unknown): string => Buffer.from(JSON.stringify(fields)).toString('base64url');

test.each([
  ['it is empty', ''],
  ['it is not in the URL-safe alphabet of base64', 'a+b/'],
  ['it holds no JSON', 'abcd'],
  ['it holds no object', encoded([])],
  ['version 1 is not known', encoded({ v: 1, t: 1, ns: 'n', wid: 'w' })],
  ['it names no namespace (ns)', encoded({ t: 1, wid: 'w' })],
  ['it is of a type (t) that is not known: 9', encoded({ t: 9, ns: 'n', wid: 'w' })],
  ['it is of a type (t) that is not known: undefined', encoded({ ns: 'n' })],
  ['the field wid is missing', encoded({ t: 1, ns: 'n', wid: '' })],
  ['the field rid is missing', encoded({ t: 2, ns: 'n', aid: 'a' })],
  ['the field uid is missing', encoded({ t: 3, ns: 'n', wid: 'w' })],
])('%s', (why, token) => {
  expect(() => readOperationToken(token)).toThrow(new TypeError(`Not a token of a Nexus operation: ${why}`));
});
