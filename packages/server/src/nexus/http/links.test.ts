import { expect, test } from 'vitest';
import { durationOfHeader, headerOfDuration } from './durations.js';
import { linkHeader, linksOfHeader } from './links.js';

test('links come through a header as they were, with commas and semicolons in them', () => {
  const links = [
    { url: 'temporal:///namespaces/a,b/workflows/c;d/e/history?x="1"', type: 'temporal.api.common.v1.Link' },
    { url: 'https://example.com/', type: 'a/b' },
  ];
  expect(linksOfHeader(linkHeader(links))).toEqual(links);
  expect([linkHeader([]), linksOfHeader(undefined), linksOfHeader('')]).toEqual([undefined, [], []]);
});

test('what is no link is left out', () => {
  expect(linkHeader([{ url: 'a\r\nb', type: 't' }, { url: 'x:y', type: 'a"b' }, { url: 'x:y' }])).toBeUndefined();
  expect(linkHeader([{ url: 'x:<y>', type: 't' }])).toBe('<x:%3Cy%3E>; type="t"');
  expect(linksOfHeader('nonsense, <x:y>, <>; type="t", <x:z>; rel=next; Type = t')).toEqual([
    { url: 'x:z', type: 't' },
  ]);
});

test('durations are numbers with a unit', () => {
  expect(['250ms', '10s', '1.5s', ' 2m '].map(durationOfHeader)).toEqual([250, 10_000, 1500, 120_000]);
  expect(['', '10', '10h', '-1s', 's', '1 s'].map(durationOfHeader)).toEqual(Array(6).fill(undefined));
  expect([headerOfDuration(1500.7), headerOfDuration(0)]).toEqual(['1500ms', '1ms']);
});
