import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli } from '../testing/cli.js';

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

test('environments are set, listed, read and deleted, and --env takes its address from one', async () => {
  await cli.text('env', 'set', 'prod.address', '127.0.0.1:1');
  await cli.text('env', 'set', '--env', 'prod', '-k', 'namespace', '--value', 'orders');
  expect(await cli.text('env', 'get', 'prod')).toBe('  address    127.0.0.1:1\n  namespace  orders\n');
  expect(await cli.json('env', 'get', 'prod.namespace')).toEqual([{ property: 'namespace', value: 'orders' }]);
  expect(await cli.json('env', 'list')).toEqual([{ name: 'prod' }]);
  expect((await cli.failure('workflow', 'list', '--env', 'prod')).err).toMatch(/^no server answers at 127\.0\.0\.1:1 /);
  const file = cli.variables['TEMPORAL_ENV_FILE'] ?? '';
  expect(readFileSync(file, 'utf8')).toBe('env:\n  prod:\n    address: 127.0.0.1:1\n    namespace: orders\n');
  expect(statSync(file).mode & 0o077).toBe(0);
  await cli.text('env', 'delete', 'prod.namespace');
  expect(await cli.text('env', 'get', 'prod')).toBe('  address  127.0.0.1:1\n');
  await cli.text('env', 'delete', 'prod');
  expect(await cli.failure('env', 'get', 'prod')).toMatchObject({ code: 1 });
  expect((await cli.failure('workflow', 'list', '--env', 'prod')).err).toMatch(/^there is no environment "prod"/);
});

test('an environment stands in for every flag of a command, and flags go before it', async () => {
  await cli.text('env', 'set', 'brief.output', 'jsonl');
  await cli.text('env', 'set', 'brief.namespace', 'nowhere');
  await cli.text('env', 'set', 'brief.tls', 'true');
  await cli.text('env', 'set', 'brief.reason', 'as always');
  await cli.text('workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'brief', '-o', 'none');
  const flags = ['--env', 'brief', '-n', cli.namespace, '--tls=false'];
  expect(await cli.text('workflow', 'list', ...flags)).toMatch(/^\{"execution":\{"workflowId":"brief".*\}\n$/);
  await cli.text('workflow', 'terminate', '-w', 'brief', ...flags);
  expect(await cli.text('workflow', 'show', '-w', 'brief', ...flags, '-o', 'json')).toContain('"as always"');
  await cli.text('env', 'set', 'brief.type', 'T');
  await cli.text('env', 'set', 'brief.task-queue', 'q');
  expect(await cli.text('workflow', 'start', ...flags)).toContain('"type":"T"');
  const slip = await cli.run('env', 'set', 'brief.adress', 'x');
  expect(slip).toMatchObject({ code: 0, err: 'perdure: no flag is called adress; did you mean address?\n' });
});

test('profiles are set, listed, read and deleted, in the file that SDKs read', async () => {
  const set = (prop: string, value: string): Promise<string> =>
    cli.text('config', 'set', '--profile', 'prod', '--prop', prop, '--value', value);
  await set('address', '127.0.0.1:1');
  await set('tls.server_name', 'prod.example.com');
  await set('tls.disable_host_verification', 'true');
  await set('grpc_meta.team', 'orders');
  const file = cli.variables['TEMPORAL_CONFIG_FILE'] ?? '';
  expect(readFileSync(file, 'utf8')).toMatch(
    /\[profile\.prod\]\naddress = "127\.0\.0\.1:1"\n\n\[profile\.prod\.tls\]\nserver_name = "prod\.example\.com"/,
  );
  expect(await cli.json('config', 'get', '--profile', 'prod')).toEqual({
    address: '127.0.0.1:1',
    tls: { server_name: 'prod.example.com', disable_host_verification: true },
    grpc_meta: { team: 'orders' },
  });
  const address = { property: 'address', value: '127.0.0.1:1' };
  expect(await cli.json('config', 'get', '--profile', 'prod', '-p', 'address')).toEqual(address);
  expect(await cli.json('config', 'list')).toEqual([{ name: 'prod' }]);
  await cli.text('config', 'delete', '--profile', 'prod', '-p', 'tls');
  expect(await cli.text('config', 'get', '--profile', 'prod')).toBe(
    '  address         127.0.0.1:1\n  grpc_meta.team  orders\n',
  );
  expect((await cli.failure('config', 'set', '-p', 'adress', '-v', 'x')).err).toBe(
    'profiles have no property "adress": did you mean address?',
  );
  expect((await cli.failure('config', 'delete', '--profile', 'prod', '-p', 'namespace')).code).toBe(1);
  await cli.text('config', 'delete-profile', '--profile', 'prod');
  expect(await cli.json('config', 'list')).toEqual([]);
});

test('a profile gives what flags and variables leave open', async () => {
  const file = cli.variables['TEMPORAL_CONFIG_FILE'] ?? '';
  const alone = ['--address', cli.server.address, '--config-file', file, '--disable-config-env'];
  const words = ['workflow', 'list', '-q', "WorkflowId = 'nobody'", ...alone];
  await cli.text('config', 'set', '--profile', 'other', '--prop', 'namespace', '--value', 'nowhere');
  expect((await cli.failure(...words, '--profile', 'other')).err).toContain('nowhere');
  expect(await cli.json(...words, '--profile', 'other', '-n', cli.namespace)).toEqual([]);
  const without = await cli.run(...words, '--profile', 'other', '--disable-config-file');
  expect(without).toMatchObject({ code: 0, err: 'perdure: --config-file, --profile made no difference here\n' });
  writeFileSync(file, '[profile.default');
  expect((await cli.failure(...words)).err).toMatch(/is not valid TOML/);
  writeFileSync(file, '');
});

test('comments in the files of settings stay, whatever is set and deleted', async () => {
  const [profiles, environments] = ['TEMPORAL_CONFIG_FILE', 'TEMPORAL_ENV_FILE'].map(
    (name) => cli.variables[name] ?? '',
  );
  writeFileSync(profiles ?? '', '# ours\n[profile.prod] # Ada knows\naddress = "a:1" # old\n');
  await cli.text('config', 'set', '--profile', 'prod', '--prop', 'address', '--value', 'b:2');
  await cli.text('config', 'set', '--profile', 'prod', '--prop', 'namespace', '--value', 'orders');
  await cli.text('config', 'delete', '--profile', 'prod', '-p', 'address');
  expect(readFileSync(profiles ?? '', 'utf8')).toBe('# ours\n[profile.prod] # Ada knows\nnamespace = "orders"\n');
  writeFileSync(environments ?? '', '# ours\nenv:\n  prod: # Ada knows\n    address: a:1 # old\n');
  await cli.text('env', 'set', 'prod.address', 'b:2');
  await cli.text('env', 'set', 'prod.namespace', 'orders');
  expect(readFileSync(environments ?? '', 'utf8')).toBe(
    '# ours\nenv:\n  prod:\n    # Ada knows\n    address: b:2 # old\n    namespace: orders\n',
  );
  writeFileSync(profiles ?? '', '');
  writeFileSync(environments ?? '', '');
});

test('payloads go through a remote codec, both ways', async () => {
  const asked: string[] = [];
  const codec = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.url} ${request.headers['authorization']} ${request.headers['x-namespace']}`);
      const { payloads } = JSON.parse(Buffer.concat(chunks).toString()) as { payloads: { data: string }[] };
      const turned = payloads.map(({ data, ...rest }) => {
        const text = Buffer.from(data, 'base64').toString();
        return { ...rest, data: Buffer.from([...text].reverse().join('')).toString('base64') };
      });
      response.end(JSON.stringify({ payloads: turned }));
    });
  });
  await new Promise<void>((resolve) => codec.listen(0, '127.0.0.1', resolve));
  const { port } = codec.address() as AddressInfo;
  const flags = ['--codec-endpoint', `127.0.0.1:${port}`, '--codec-auth', 'key'];
  await cli.text('workflow', 'start', '-t', 'q', '--type', 'T', '-w', 'secret', '-i', '123', ...flags);
  const input = async (...more: string[]): Promise<string | undefined> =>
    /"data": "(.*?)"/.exec(await cli.text('workflow', 'show', '-w', 'secret', '-o', 'json', ...more))?.[1];
  expect(await input()).toBe(btoa('321'));
  expect(await input(...flags)).toBe(btoa('123'));
  expect(asked).toEqual([`/encode key ${cli.namespace}`, `/decode key ${cli.namespace}`]);
  codec.close();
  codec.closeAllConnections();
  expect((await cli.failure('workflow', 'show', '-w', 'secret', ...flags)).err).toMatch(
    /^the codec at http.* failed: /,
  );
});
