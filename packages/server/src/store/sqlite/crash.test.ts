import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ENDS_WITH_PARENT } from '../../testing/ends-with-parent.js';
import { text } from '../contract/testing/rows.js';
import { openStore } from '../open-store.js';

const childPath = fileURLToPath(new URL('../contract/testing/writer-child.mjs', import.meta.url));
const shardCount = 3;
const kills = 20;

describe('a server killed in the middle of commits', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perdure-crash-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has lost nothing it acknowledged, and left a sound file', async () => {
    const path = join(folder, 'crash.sqlite');
    const acknowledged = new Map<number, number>();
    const records = new Map<number, number>();
    for (let round = 0; round < kills; round++) {
      await runAndKill(path, 10 + ((round * 37) % 200), acknowledged, records);
      await check(path, acknowledged, records);
    }
    expect(acknowledged.size).toBe(shardCount);
    expect(records.size).toBe(shardCount);
  }, 120_000);
});

it('a process that ends itself in the middle of commits ends in good order, and has lost nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-exit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'exit.sqlite');
  for (let round = 1; round <= 6; round++) {
    const acknowledged = new Map<number, number>();
    const records = new Map<number, number>();
    const { child, exited } = writer(path, String(round * 31));
    await listen(child, acknowledged, records);
    // Cut off inside SQLite it would end with SIGABRT.
    expect(await exited).toEqual([3, null]);
    await check(path, acknowledged, records);
  }
}, 120_000);

function writer(path: string, ...more: readonly string[]): { child: ChildProcess; exited: Promise<unknown[]> } {
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, childPath, path, String(shardCount), ...more], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return { child, exited: once(child, 'exit') };
}

/** Records what a child says, until it says no more. */
async function listen(
  child: ChildProcess,
  acknowledged: Map<number, number>,
  records: Map<number, number>,
  onAcknowledged: () => void = () => undefined,
): Promise<void> {
  for await (const line of createInterface(child.stdout!)) {
    const [word, shardId, position] = line.split(' ');
    if (word === 'record') records.set(Number(shardId), Number(position));
    if (word !== 'ack') continue;
    acknowledged.set(Number(shardId), Number(position));
    onAcknowledged();
  }
}

/** Lets a child write until it has acknowledged so many groups, kills it, and records what it said until it was dead. */
async function runAndKill(
  path: string,
  acknowledgements: number,
  acknowledged: Map<number, number>,
  records: Map<number, number>,
): Promise<void> {
  const { child, exited } = writer(path);
  let heard = 0;
  await listen(child, acknowledged, records, () => {
    if (++heard === acknowledgements) child.kill('SIGKILL');
  });
  await exited;
  expect(heard).toBeGreaterThanOrEqual(acknowledgements);
}

/** The lock of the dead must not be in the way; what was acknowledged is in the journal or in the tables. */
async function check(
  path: string,
  acknowledged: ReadonlyMap<number, number>,
  records: ReadonlyMap<number, number>,
): Promise<void> {
  const store = await openStore({ kind: 'sqlite', path, clusterId: 'crash', shardCount });
  try {
    expect(await store.integrityCheck()).toEqual([]);
    for (const [shardId, lastAcknowledged] of acknowledged) {
      const { lastPosition } = await store.acquireShard({ shardId, ownerId: 'test', leaseUntilMs: 0 });
      expect(lastPosition).toBeGreaterThanOrEqual(lastAcknowledged);
      const execution = await store.loadExecution('n', `shard ${shardId}`, undefined);
      const materialised = execution?.sequence ?? 0;
      if (execution !== undefined) expect(text(execution.snapshot)).toBe(`through ${materialised}`);
      let position = materialised;
      for await (const row of store.readJournal(shardId, 0)) {
        expect(row.position).toBe(++position);
        expect(row.transitions.map(text)).toEqual([`${shardId}:`, `position ${position}`]);
      }
      expect(position).toBe(lastPosition);
    }
    for (const [shardId, lastAcknowledged] of records) {
      const [left, right] = await Promise.all(
        ['left', 'right'].map((side) =>
          store.records.read({ namespaceId: 'n', kind: 'schedule', id: `${side} ${shardId}` }),
        ),
      );
      expect(left).toEqual(right);
      expect(Number(text(left ?? new Uint8Array()))).toBeGreaterThanOrEqual(lastAcknowledged);
    }
  } finally {
    await store.close();
  }
}
