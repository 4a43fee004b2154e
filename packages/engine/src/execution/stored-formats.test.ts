import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.js';
import {
  decodeJournalRecord,
  decodeSnapshot,
  encodeSnapshot,
  evolve,
  startExecution,
  type DecideContext,
} from './index.js';

// A run that has just been started, as it was stored before there were Nexus operations and callbacks.
const SNAPSHOT =
  '3AAfAQCToW6hd6RpZC0xAaFkAqFyAwEFxCcKAwoBdCoFCgFxEAFKAggKcgRpZC0xggEEaWQtMZABAaoBAOIBAXcIhKpmaXJzdFJ1bklkpGlkLTGt' +
  'b3JpZ2luYWxSdW5JZKRpZC0xrXByZXZpb3VzUnVuSWSgqG5ld1J1bklkoAnPAAAA6NSlEAAKzwAAAOjUpRAAD80nEBEDElAVjaRraW5kpm5vcm1h' +
  'bKZudW1iZXIBsHNjaGVkdWxlZEV2ZW50SWQCp2F0dGVtcHQBr3NjaGVkdWxlZFRpbWVNc88AAADo1KUQALdvcmlnaW5hbFNjaGVkdWxlZFRpbWVN' +
  'c88AAADo1KUQAKl0aW1lb3V0TXPNJxCpdGFza1F1ZXVlgqRuYW1loXGka2luZAGuc3RhcnRlZEV2ZW50SWQAqXJlcXVlc3RJZKCoaWRlbnRpdHmg' +
  'u3N1Z2dlc3RDb250aW51ZUFzTmV3UmVhc29uc5CwaGlzdG9yeVNpemVCeXRlcwAWASbEACfEAA==';
const JOURNAL_RECORD =
  'laFuoXekaWQtMQGUkqdjcmVhdGVkgalleGVjdXRpb26Fq25hbWVzcGFjZUlkoW6pbmFtZXNwYWNloWSqd29ya2Zsb3dJZKF3pXJ1bklkpGlkLTGv' +
  'Y3JlYXRlUmVxdWVzdElkoXLENQgBEgYIgJTr3AMYATInCgMKAXQqBQoBcRABSgIICnIEaWQtMYIBBGlkLTGQAQGqAQDiAQF3xBsIAhIGCICU69wD' +
  'GAVSDQoFCgFxEAESAggKGAGStXdvcmtmbG93VGFza1NjaGVkdWxlZIGkdGFza4ika2luZKZub3JtYWymbnVtYmVyAbBzY2hlZHVsZWRFdmVudElk' +
  'AqdhdHRlbXB0Aa9zY2hlZHVsZWRUaW1lTXPPAAAA6NSlEAC3b3JpZ2luYWxTY2hlZHVsZWRUaW1lTXPPAAAA6NSlEACpdGltZW91dE1zzScQqXRh' +
  'c2tRdWV1ZYKkbmFtZaFxpGtpbmQB';

const bytes = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

test('what an older server stored is read, and leads to the same state', () => {
  const state = decodeSnapshot(bytes(SNAPSHOT));
  expect(state.key).toEqual({ namespaceId: 'n', workflowId: 'w', runId: 'id-1' });
  expect([state.nexusOperations.size, state.callbacks]).toEqual([0, []]);
  const { facts, sequence } = decodeJournalRecord(bytes(JOURNAL_RECORD));
  expect(sequence).toBe(1);
  expect(encodeSnapshot(evolve(undefined, facts))).toEqual(encodeSnapshot(state));
});

test('a run without Nexus is stored as it was before', () => {
  let ids = 0;
  const newId = (): string => `id-${(ids += 1)}`;
  const context: DecideContext = { nowMs: 1e12, newId, limits: DEFAULT_LIMITS, retentionMs: () => 1 };
  const request = {
    namespace: 'd',
    workflowId: 'w',
    workflowType: { name: 't' },
    taskQueue: { name: 'q' },
    requestId: 'r',
  };
  const decision = startExecution(undefined, { namespaceId: 'n', request }, context);
  const [transition] = decision.rejected === true ? [] : decision.transitions;
  if (transition === undefined) throw new Error('the start was refused');
  expect(Buffer.from(encodeSnapshot(transition.state)).toString('base64')).toBe(SNAPSHOT);
});
