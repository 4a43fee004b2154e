import type { common } from '@perdure/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toNexusLink, toTemporalLink } from './links.js';

const id = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/^\.\.?$/.test(text));
const place = { namespace: id, runId: id };
const eventType = fc.constantFrom(1, 26, 41, 48, 55);
const links: fc.Arbitrary<common.ILink> = fc.oneof(
  fc.record({
    workflowEvent: fc.record({
      ...place,
      workflowId: id,
      eventRef: fc.record({ eventId: fc.nat(), eventType }),
    }),
  }),
  fc.record({
    workflowEvent: fc.record({ ...place, workflowId: id, requestIdRef: fc.record({ requestId: id, eventType }) }),
  }),
  fc.record({ workflow: fc.record({ ...place, workflowId: id, reason: fc.option(id, { nil: undefined }) }) }),
  fc.record({ activity: fc.record({ ...place, activityId: id }) }),
  fc.record({ nexusOperation: fc.record({ ...place, operationId: id }) }),
);

test('a link survives being a URL', () => {
  fc.assert(
    fc.property(links, (link) => {
      const { type, url } = toNexusLink(link);
      expect(toTemporalLink({ type, url: new URL(url.href) })).toEqual(link);
    }),
  );
});

test('a link to an event reads as those of other SDKs', () => {
  const { type, url } = toNexusLink({
    workflowEvent: { namespace: 'n', workflowId: 'w/ 1', runId: 'r', eventRef: { eventId: 5, eventType: 48 } },
  });
  expect([type, url.href]).toEqual([
    'temporal.api.common.v1.Link.WorkflowEvent',
    'temporal:///namespaces/n/workflows/w%2F%201/r/history?referenceType=EventReference&eventID=5&eventType=NexusOperationScheduled',
  ]);
});

const EVENT = 'WorkflowEvent temporal:///namespaces/n/workflows/w/r/history';
test.each([
  ['WorkflowEvent http://x/', 'its scheme is http:'],
  ['BatchJob temporal:///', 'links of type temporal.api.common.v1.Link.BatchJob are not known'],
  [
    'WorkflowEvent temporal:///namespaces/n/workflows/w/r',
    'its path is not /namespaces/{namespace}/workflows/{id}/{run}/history',
  ],
  [
    'Workflow temporal:///namespaces/n/workflows/w/r/history',
    'its path is not /namespaces/{namespace}/workflows/{id}/{run}',
  ],
  ['Activity temporal:///namespaces/n/activities//r/details', 'its path is not'],
  [EVENT, 'its referenceType is missing'],
  [`${EVENT}?referenceType=Other`, 'its referenceType is Other'],
  [`${EVENT}?referenceType=EventReference&eventID=1&eventType=Nonsense`, 'its eventType is Nonsense'],
])('%s is no link: %s', (link, why) => {
  const [kind, url = ''] = link.split(' ');
  expect(() => toTemporalLink({ type: `temporal.api.common.v1.Link.${kind}`, url: new URL(url) })).toThrow(why);
});

test.each([
  [{ batchJob: { jobId: 'j' } }, 'no URL in Nexus'],
  [{ workflow: { namespace: 'n', workflowId: 'w' } }, 'needs a namespace, an id and a run'],
  [{ workflow: { namespace: 'n', workflowId: '..', runId: 'r' } }, 'that fit in a URL'],
])('%j cannot be a URL', (link, why) => {
  expect(() => toNexusLink(link)).toThrow(why);
});
