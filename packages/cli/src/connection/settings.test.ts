import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Flags } from '../flags.js';
import { readSettings } from './settings.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-settings-'));
  file = join(folder, 'profiles.toml');
});
afterEach(() => rmSync(folder, { recursive: true }));

const settings = (values: Record<string, unknown>, variables: Record<string, string> = {}, off: string[] = []) =>
  readSettings(new Flags({ configFile: file, ...values }, new Set(off)), variables);

test('without anything: the server on this machine', async () => {
  expect(await settings({})).toMatchObject({
    address: 'localhost:7233',
    namespace: 'default',
    apiKey: undefined,
    tls: undefined,
    codec: undefined,
    metadata: {},
    timeoutMs: 10_000,
  });
});

test('flags go before variables, and variables before the profile', async () => {
  writeFileSync(file, '[profile.default]\naddress = "profile:1"\nnamespace = "profile"\napi_key = "profile"\n');
  const variables = { TEMPORAL_ADDRESS: 'variable:1', TEMPORAL_NAMESPACE: 'variable' };
  expect(await settings({ address: 'flag:1' }, variables)).toMatchObject({
    address: 'flag:1',
    namespace: 'variable',
    apiKey: 'profile',
  });
  expect(await settings({ disableConfigFile: true, disableConfigEnv: true }, variables)).toMatchObject({
    address: 'localhost:7233',
    apiKey: undefined,
  });
});

test('headers come from profile, variables and flags, under the names that gRPC takes', async () => {
  writeFileSync(file, '[profile.default.grpc_meta]\nMy_Team = "profile"\nother = "profile"\n');
  const variables = { TEMPORAL_GRPC_META_MY_TEAM: 'variable' };
  expect((await settings({ grpcMeta: ['x=1=2'] }, variables)).metadata).toEqual({
    'my-team': 'variable',
    other: 'profile',
    x: '1=2',
  });
});

test('a header may have any name', async () => {
  const { metadata } = await settings({ grpcMeta: ['__proto__=a', 'constructor=b'] });
  expect(Object.entries(metadata)).toEqual([['__proto__', 'a'], ['constructor', 'b']]); // prettier-ignore
});

test('a profile is only what the file holds, not what objects inherit', async () => {
  await expect(settings({ profile: 'constructor' })).rejects.toThrow('has no profile "constructor"');
  writeFileSync(file, '[profile.constructor]\naddress = "own:1"\n[profile.__proto__]\naddress = "own:2"\n');
  expect((await settings({ profile: 'constructor' })).address).toBe('own:1');
  expect((await settings({ profile: '__proto__' })).address).toBe('own:2');
});

test('a key implies TLS, unless that is switched off', async () => {
  expect((await settings({ apiKey: 'secret' })).tls).toBeDefined();
  expect((await settings({ apiKey: 'secret' }, {}, ['tls'])).tls).toBeUndefined();
  expect((await settings({ apiKey: 'secret' }, { TEMPORAL_TLS: 'false' })).tls).toBeUndefined();
  writeFileSync(file, '[profile.default.tls]\ndisabled = true\n');
  expect((await settings({ apiKey: 'secret' })).tls).toBeUndefined();
  writeFileSync(file, '[profile.default]\ntls = true\n');
  expect((await settings({})).tls).toBeDefined();
});

test('a timeout is a duration, a bare number counts seconds, and 0 is none', async () => {
  expect((await settings({ commandTimeout: '1m30s' })).timeoutMs).toBe(90_000);
  expect((await settings({ contextTimeout: '5' })).timeoutMs).toBe(5_000);
  expect((await settings({ commandTimeout: '0' })).timeoutMs).toBeUndefined();
  await expect(settings({ commandTimeout: 'soon' })).rejects.toThrow(/must be a duration/);
});

test('a profile that was asked for has to be there', async () => {
  await expect(settings({ profile: 'prod' })).rejects.toThrow(/has no profile "prod"; it has: none/);
  writeFileSync(file, '[profile.test]\n');
  await expect(settings({}, { TEMPORAL_PROFILE: 'prod' })).rejects.toThrow(/it has: test/);
});
