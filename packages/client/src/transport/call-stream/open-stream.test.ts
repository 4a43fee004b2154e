import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CALL_STREAM_LIMITS } from './limits.js';
import { openHttp2Stream } from './open-stream.js';

const { keepaliveIntervalMs, keepaliveTimeoutMs } = CALL_STREAM_LIMITS;

/** Takes connections, and says as much on them as it is told to. */
let server: Server;
let address: string;
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

function open() {
  const { session, stream } = openHttp2Stream({ address, tls: undefined });
  const errors: Error[] = [];
  session.on('error', (error: Error) => errors.push(error));
  stream.on('error', () => undefined);
  return { session, errors };
}

test('a session that is destroyed before its connection came about is not asked whether it is alive', () => {
  const { session } = open();
  const ping = vi.spyOn(session, 'ping');
  session.destroy();
  vi.advanceTimersByTime(keepaliveIntervalMs);
  expect(ping).not.toHaveBeenCalled();
  // Nor is there anything left that would ask later.
  expect(vi.getTimerCount()).toBe(0);
});

test('a session whose server does not answer a PING is given up', async () => {
  const { session, errors } = open();
  await once(session, 'connect');
  vi.advanceTimersByTime(keepaliveIntervalMs);
  expect(session.destroyed).toBe(false);
  vi.advanceTimersByTime(keepaliveTimeoutMs);
  expect(session.destroyed).toBe(true);
  // `once` of node:events would take the error for its own.
  await new Promise((resolve) => session.once('close', resolve));
  expect(errors.map(({ message }) => message)).toEqual(['the server did not answer a PING']);
  expect(vi.getTimerCount()).toBe(0);
});
