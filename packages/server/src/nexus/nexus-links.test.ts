import { common, enums } from '@perdure/protocol';
import { expect, it } from 'vitest';
import { linkOfNexus, nexusLink } from './nexus-links.js';

const type = common.Link_WorkflowEvent.typeName;
const eventType = enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED;
const run = { namespace: 'name/space', workflowId: 'work flow', runId: 'run' };

it('a link to an event is a URL, in both directions', () => {
  const link = { workflowEvent: { ...run, eventRef: { eventId: 7, eventType } } };
  const url =
    'temporal:///namespaces/name%2Fspace/workflows/work%20flow/run/history' +
    '?eventID=7&eventType=WorkflowExecutionOptionsUpdated&referenceType=EventReference';
  expect(nexusLink(link)).toEqual({ url, type });
  expect(linkOfNexus({ url, type })).toEqual(link);
});

it('an event may be named by the request that made it', () => {
  const link = { workflowEvent: { ...run, requestIdRef: { requestId: 'a&b', eventType } } };
  expect(linkOfNexus(nexusLink(link) ?? {})).toEqual(link);
});

it('event types are understood in either spelling', () => {
  const url =
    'temporal:///namespaces/n/workflows/w/r/history?eventType=EVENT_TYPE_TIMER_FIRED&referenceType=EventReference';
  expect(linkOfNexus({ url, type })?.workflowEvent?.eventRef?.eventType).toBe(enums.EventType.EVENT_TYPE_TIMER_FIRED);
});

it('what is no link to an event has no URL, and other URLs are no links to events', () => {
  expect(nexusLink({ batchJob: { jobId: 'job' } })).toBeUndefined();
  expect(linkOfNexus({ url: 'https://example.com/', type })).toBeUndefined();
  expect(linkOfNexus({ url: 'no url', type })).toBeUndefined();
  expect(linkOfNexus({ url: 'temporal:///namespaces/%ff/workflows/w/r/history', type })).toBeUndefined();
  expect(linkOfNexus({ url: 'temporal:///namespaces/n/workflows/w/r/history', type: 'other' })).toBeUndefined();
});
