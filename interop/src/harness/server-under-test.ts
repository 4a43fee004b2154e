import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that tests may talk to. */
export interface ServerUnderTest {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Our server on a SQLite file in a fresh folder (in memory with PERDURE_TEST_STORE=memory), or whatever Temporal-compatible
 * server PERDURE_TEST_ADDRESS names.
 */
export async function startServerUnderTest(): Promise<ServerUnderTest> {
  const given = process.env.PERDURE_TEST_ADDRESS;
  if (given) return { address: given, stop: async () => undefined };
  if (process.env.PERDURE_TEST_STORE === 'memory') return await startOn({ kind: 'memory' });
  const folder = await mkdtemp(join(tmpdir(), 'perdure-interop-'));
  const server = await startOn({ kind: 'sqlite', path: join(folder, 'interop.sqlite') });
  return {
    address: server.address,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startOn(store: { kind: 'memory' } | { kind: 'sqlite'; path: string }): Promise<ServerUnderTest> {
  // Loaded only when needed: aimed at another server, the suite runs without a build of ours.
  const { startServer } = await import('@perdure/server');
  return await startServer({ grpc: { host: '127.0.0.1', port: 0 }, store, log: { level: 'warn', format: 'pretty' } });
}
