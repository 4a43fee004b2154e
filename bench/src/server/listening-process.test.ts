import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findListeningProcess } from './listening-process.js';
import { readProcessUsage } from './process-usage.js';

test.runIf(process.platform === 'linux')('finds the process that listens on a port', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(findListeningProcess(port)).toBe(process.pid);
  await new Promise((resolve) => server.close(resolve));
  expect(findListeningProcess(port)).toBeUndefined();
});

test('reads what this process has used, and nothing of a process that is not there', () => {
  const usage = readProcessUsage(process.pid);
  expect(usage?.rssMb).toBeGreaterThan(10);
  expect(usage?.cpuUs).toBeGreaterThan(0);
  expect(readProcessUsage(2 ** 22 + 1)).toBeUndefined();
});
