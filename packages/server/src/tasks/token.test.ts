import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../api/index.js';
import {
  decodeActivityTaskToken,
  decodeQueryTaskToken,
  decodeWorkflowTaskToken,
  encodeActivityTaskToken,
  encodeQueryTaskToken,
  encodeWorkflowTaskToken,
} from './token.js';

const key = { namespaceId: 'n', workflowId: 'w', runId: 'r' };
const workflowTask = { key, number: 1, scheduledEventId: 2, startedEventId: 3, attempt: 4 };
const activityTask = { key, scheduledEventId: 5, attempt: 6 };
const queryTask = { namespaceId: 'n', queryId: 'q' };

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

it('a token says what it was made of', () => {
  expect(decodeWorkflowTaskToken(encodeWorkflowTaskToken(workflowTask))).toEqual(workflowTask);
  expect(decodeActivityTaskToken(encodeActivityTaskToken(activityTask))).toEqual(activityTask);
  expect(decodeQueryTaskToken(encodeQueryTaskToken(queryTask))).toEqual(queryTask);
});

describe.each([
  ['workflow task', decodeWorkflowTaskToken, encodeActivityTaskToken(activityTask)],
  ['activity task', decodeActivityTaskToken, encodeQueryTaskToken(queryTask)],
  ['query task', decodeQueryTaskToken, encodeWorkflowTaskToken(workflowTask)],
] as const)('a %s token', (_, decode, ofAnotherKind) => {
  it.each([
    ['empty', new Uint8Array(0)],
    ['noise', new Uint8Array([0xc1, 1, 2, 3])],
    ['cut off', encodeWorkflowTaskToken(workflowTask).subarray(0, 9)],
    ['followed by something', Uint8Array.of(...ofAnotherKind, 1)],
    ['of another kind', ofAnotherKind],
    ['no list', encode({ kind: 'w' })],
    ['of wrong types', encode(['w', 1, 2, 3, 'a', 'b', 'c', 'd'])],
    ['of a list with texts where numbers belong', json(['w', 'n', 'w', 'r', '1', 2, 3, 4])],
    ['of a list with numbers where texts belong', json(['a', 1, 'w', 'r', 5, 6])],
    ['of a list that is too short', json(['q', 'n'])],
    ['of a list that is too long', json(['q', 'n', 'q', 1])],
    ['nested deeper than any stack', new Uint8Array(200_000).fill(0x91)],
  ])('that is %s is refused with INVALID_ARGUMENT', (_name, bytes) => {
    expect(() => decode(bytes)).toThrow(ServiceError);
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
  });
});
