import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '@perdure/server';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from '../commands/index.js';
import { runProgram } from '../program.js';
import { RecordingTerminal } from '../testing/recording-terminal.js';

let folder: string;
let server: RunningServer;
let authority: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-tls-'));
  const pair = await generate([{ name: 'commonName', value: 'prod.example.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'prod.example.com' }] }],
  });
  authority = join(folder, 'authority.pem');
  writeFileSync(authority, pair.cert);
  const tls = { certificate: pair.cert, privateKey: pair.private, clientAuthorities: pair.cert };
  server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0, tls } });
  writeFileSync(join(folder, 'key.pem'), pair.private);
});
afterAll(async () => {
  await server.stop({ graceMs: 0 });
  rmSync(folder, { recursive: true });
});

async function list(flags: readonly string[], variables: Record<string, string> = {}) {
  const terminal = new RecordingTerminal({
    TEMPORAL_ENV_FILE: join(folder, 'environments.yaml'),
    TEMPORAL_CONFIG_FILE: join(folder, 'profiles.toml'),
    TEMPORAL_ADDRESS: server.address,
    ...variables,
  });
  const words = ['workflow', 'list', '-o', 'json', '--command-timeout', '5s', ...flags];
  return { code: await runProgram(COMMANDS, words, terminal), out: terminal.outText, err: terminal.errText };
}

const done = { code: 0, out: '[]\n', err: '' };

test('both sides show certificates, given as paths, as texts, in variables, in environments and in profiles', async () => {
  const [certificate, key] = [readFileSync(authority, 'utf8'), readFileSync(join(folder, 'key.pem'), 'utf8')];
  const name = ['--tls-server-name', 'prod.example.com'];
  const keyPath = join(folder, 'key.pem');
  const paths = ['--tls-ca-path', authority, '--tls-cert-path', authority, '--tls-key-path', keyPath];
  expect(await list([...paths, ...name])).toEqual(done);
  const texts = ['--tls-ca-data', certificate, '--tls-cert-data', certificate, '--tls-key-data', key];
  expect(await list([...texts, ...name])).toEqual(done);
  const variables = {
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority,
    TEMPORAL_TLS_CLIENT_CERT_PATH: authority,
    TEMPORAL_TLS_CLIENT_KEY_PATH: keyPath,
    TEMPORAL_TLS_SERVER_NAME: 'prod.example.com',
  };
  expect(await list([], variables)).toEqual(done);
  expect((await list(['--disable-config-env', '--address', server.address], variables)).code).toBe(1);
  const settings = [
    ['tls-ca-path', authority],
    ['tls-cert-path', authority],
    ['tls-key-path', keyPath],
    ['tls-server-name', 'prod.example.com'],
  ];
  const lines = settings.map(([setting, value]) => `    ${setting}: ${value}\n`).join('');
  writeFileSync(join(folder, 'environments.yaml'), `env:\n  prod:\n${lines}`);
  expect(await list(['--env', 'prod'])).toEqual(done);
  const toml = [
    '[profile.prod.tls]',
    `server_ca_cert_path = "${authority}"`,
    `client_cert_path = "${authority}"`,
    `client_key_path = "${keyPath}"`,
    'server_name = "prod.example.com"',
  ];
  writeFileSync(join(folder, 'profiles.toml'), toml.join('\n'));
  expect(await list(['--profile', 'prod'])).toEqual(done);
});

test('a server whose certificate does not fit is refused, and a file that is not there is named', async () => {
  const refused = await list(['--tls-ca-path', authority]);
  expect(refused).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^perdure: no server answers at [^\n]+\n$/) as string,
  });
  const missing = await list(['--tls-ca-path', join(folder, 'nobody.pem')]);
  expect(missing.err).toMatch(/^perdure: cannot read \S+nobody\.pem: ENOENT[^\n]*\n$/);
});
