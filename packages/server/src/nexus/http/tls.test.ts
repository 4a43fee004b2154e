import { request as httpsRequest, type RequestOptions } from 'node:https';
import { onTestFinished, expect, test, describe } from 'vitest';
import { makeCertificates } from '../../api/testing/certificates.js';
import { startServer, type RunningServer } from '../../main/start-server.js';
import type { ServerOptions } from '../../main/options.js';

const certificates = await makeCertificates();
const tls = certificates.server;
const mutual = { ...tls, clientAuthorities: certificates.authority };
const { authority: ca } = certificates;
const CALLBACK = '/nexus/callback';

async function start(options: Partial<ServerOptions>): Promise<RunningServer> {
  const server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 }, http: { port: 0 }, ...options });
  onTestFinished(() => server.stop({ graceMs: 0 }));
  return server;
}

/** The status of the answer to an empty request. */
function post({ httpAddress }: RunningServer, path: string, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`https://${httpAddress ?? ''}${path}`, { method: 'POST', agent: false, ...options });
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    request.end();
  });
}

describe.each([
  ['of the API', { grpc: { port: 0, tls } }],
  ['of its own', { http: { port: 0, tls } }],
] as const)('the port of Nexus with certificates %s', (_, options) => {
  test('serves those who know the authority, and only with TLS', async () => {
    const server = await start(options);
    expect(server.services.nexusFrontUrl.url).toBe(`https://${server.httpAddress ?? ''}`);
    // No token came with it.
    expect(await post(server, CALLBACK, { ca })).toBe(400);
    await expect(post(server, CALLBACK, {})).rejects.toThrow(/certificate/);
    await expect(fetch(`http://${server.httpAddress ?? ''}${CALLBACK}`, { method: 'POST' })).rejects.toThrow();
  });
});

test('the port of Nexus takes clients only of the authorities that clients of the API have to be of', async () => {
  const server = await start({ grpc: { port: 0, tls: mutual } });
  const as = ({ certificate: cert, privateKey: key }: { certificate: string; privateKey: string }) => ({
    ca,
    cert,
    key,
  });
  expect(await post(server, CALLBACK, as(certificates.client))).toBe(400);
  await expect(post(server, CALLBACK, as(certificates.stranger))).rejects.toThrow();
  await expect(post(server, CALLBACK, { ca })).rejects.toThrow();
});

test('the metrics count what was asked of the port of Nexus, by its status', async () => {
  const server = await start({ metrics: { port: 0 } });
  const ask = async (path: string): Promise<number> => {
    const answer = await fetch(`http://${server.httpAddress ?? ''}${path}`, { method: 'POST' });
    await answer.arrayBuffer();
    return answer.status;
  };
  const endpoint = '/nexus/endpoints/none/services/service/operation';
  expect([await ask(CALLBACK), await ask(endpoint), await ask(endpoint), await ask(`${endpoint}/cancel`)]).toEqual([
    400, 404, 404, 400,
  ]);
  const metrics = await (await fetch(`http://${server.metricsAddress ?? ''}/metrics`)).text();
  for (const line of [
    'perdure_nexus_http_requests_total{request="callback",status="400"} 1',
    'perdure_nexus_http_requests_total{request="start",status="404"} 2',
    'perdure_nexus_http_requests_total{request="cancel",status="400"} 1',
    'perdure_nexus_http_duration_seconds_count{request="start"} 2',
    'perdure_nexus_circuit_breakers_open 0',
    'perdure_nexus_requests_held_total 0',
  ])
    expect(metrics).toContain(line);
});
