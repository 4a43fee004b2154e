import { afterAll, beforeAll, expect, test } from 'vitest';

import { RawClient } from '../testing/raw-client.js';
import { type Certificates, makeCertificates } from '../testing/certificates.js';
import { echo, textMethod } from '../testing/text-methods.js';
import { GrpcServer } from './server.js';

const whoAmI = textMethod('WhoAmI', (_, context) => Promise.resolve(context.tlsSubject ?? 'nobody'));

let certificates: Certificates;
let server: GrpcServer;
let mutual: GrpcServer;

beforeAll(async () => {
  certificates = await makeCertificates();
  const tls = certificates.server;
  server = new GrpcServer({ methods: [whoAmI, echo], tls });
  mutual = new GrpcServer({ methods: [whoAmI], tls: { ...tls, clientAuthorities: certificates.authority } });
  await Promise.all([server.start(), mutual.start()]);
});

afterAll(() => Promise.all([server.stop({ graceMs: 0 }), mutual.stop({ graceMs: 0 })]));

async function ask(target: GrpcServer, options: object): Promise<string> {
  const client = new RawClient(target.address, { ca: certificates.authority, ...options });
  try {
    return (await client.call('/test.Service/WhoAmI', '')).message;
  } finally {
    await client.close();
  }
}

test('TLS serves a caller without a certificate', async () => {
  expect(await ask(server, {})).toBe('nobody');
});

test('TLS carries many messages at once, small and large, each to its caller', async () => {
  const client = new RawClient(server.address, { ca: certificates.authority });
  const sizes = [0, 1, 100, 4_000, 5_000, 16_384, 40_000, 70_000, 4_000_000];
  const calls = Array.from({ length: 300 }, async (_, index) => {
    const size = index < 290 ? (sizes[index % 8] ?? 0) : (sizes[8] ?? 0);
    const sent = String.fromCharCode(97 + (index % 26)).repeat(size) + String(index);
    const { grpcStatus, message } = await client.call('/test.Service/Echo', sent);
    expect(grpcStatus).toBe(0);
    expect(message === sent).toBe(true);
  });
  await Promise.all(calls);
  await client.close();
});

test('mTLS knows the subject of its caller', async () => {
  const { certificate, privateKey } = certificates.client;
  expect(await ask(mutual, { cert: certificate, key: privateKey })).toBe('CN=worker-1,O=Acme');
});

test('mTLS refuses a caller without a certificate, or with one of a stranger', async () => {
  await expect(ask(mutual, {})).rejects.toThrow();
  const { certificate, privateKey } = certificates.stranger;
  await expect(ask(mutual, { cert: certificate, key: privateKey })).rejects.toThrow();
  expect(await ask(server, {})).toBe('nobody');
});

test('a caller without TLS on a TLS port only loses its own connection', async () => {
  const plain = new RawClient(server.address);
  await expect(plain.call('/test.Service/WhoAmI', '')).rejects.toThrow();
  await plain.close();
  expect(await ask(server, {})).toBe('nobody');
});
