import { expect, it } from 'vitest';
import { CallbackAddresses } from './callback-addresses.js';

const NONE = /does not match any configured callback address/;
const INSECURE = /does not allow insecure connections/;

const addresses = new CallbackAddresses(
  [
    { pattern: 'secure.example.com' },
    { pattern: '*.inside:8080', allowInsecure: true },
    { pattern: 'both', allowInsecure: false },
    { pattern: 'both', allowInsecure: true },
    { pattern: '[::1]:*', allowInsecure: true },
  ],
  () => 'http://me.example.com:7243/base',
);

it.each([
  'temporal://system',
  'https://secure.example.com/path?query',
  'https://SECURE.example.com:443',
  'https://someone@secure.example.com/',
  'http://a.b.inside:8080/x',
  'https://a.inside:8080',
  'https://both',
  'http://[::1]:99/',
  'http://me.example.com:7243/namespaces/default/nexus/callback',
])('%s may be called', (url) => {
  expect(addresses.refusalOf(url)).toBeUndefined();
});

it.each([
  ['temporal://system/more', /unknown scheme/],
  ['ftp://secure.example.com', /unknown scheme/],
  ['nothing', /unknown scheme/],
  ['https://', /missing host/],
  ['http://secure.example.com', INSECURE],
  // The first pattern decides.
  ['http://both', INSECURE],
  ['https://secure.example.com:8443', NONE],
  ['https://secureXexample.com', NONE],
  ['https://secure.example.com.evil.org', NONE],
  ['https://secure.example.com@evil.org', NONE],
  ['http://inside:8080', NONE],
  ['https://me.example.com:7243/', NONE],
  ['http://me.example.com/', NONE],
])('%s may not', (url, why) => {
  expect(addresses.refusalOf(url)).toMatch(why);
});

it('without an operator who allows more, callbacks stay within this server', () => {
  const closed = new CallbackAddresses([], () => undefined);
  expect(closed.refusalOf('temporal://system')).toBeUndefined();
  expect(closed.refusalOf('https://example.com')).toMatch(NONE);
  expect(new CallbackAddresses([{ pattern: '*', allowInsecure: true }], () => undefined).refusalOf('http://x')).toBe(
    undefined,
  );
});
