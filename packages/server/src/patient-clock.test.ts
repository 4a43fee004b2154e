import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { SystemClock } from './clock.js';
import { PatientClock } from './patient-clock.js';
import { ManualClock } from './testing/manual-clock.js';

/** A clock over one that a test moves, and turns of the event loop that a test ends. */
function scene(): { base: ManualClock; clock: PatientClock; startMs: number; called: string[]; turn: () => void } {
  const base = new ManualClock();
  const waiting: (() => void)[] = [];
  const clock = new PatientClock(base, (callback) => void waiting.push(callback));
  const turn = (): void => {
    for (const callback of waiting.splice(0)) callback();
  };
  return { base, clock, startMs: base.nowMs(), called: [], turn };
}

it('calls at once what comes on time or a little later', () => {
  const { base, clock, startMs, called, turn } = scene();
  clock.callAt(startMs + 1000, () => called.push('a'));
  base.jump(999);
  turn();
  expect(called).toEqual([]);
  base.jump(101);
  expect(called).toEqual(['a']);
});

it('lets two turns pass before what comes too late, and calls it once', () => {
  const { base, clock, startMs, called, turn } = scene();
  clock.callAt(startMs + 1000, () => called.push('a'));
  base.jump(1101);
  expect(called).toEqual([]);
  turn();
  expect(called).toEqual([]);
  turn();
  expect(called).toEqual(['a']);
  turn();
  base.jump(1000);
  turn();
  expect(called).toEqual(['a']);
});

it('does not hold back what was overdue when it was asked for', () => {
  const { base, clock, startMs, called } = scene();
  clock.callAt(startMs - 60_000, () => called.push('a'));
  base.jump(1);
  expect(called).toEqual(['a']);
});

it('keeps the order of times, also of what comes on time meanwhile', () => {
  const { base, clock, startMs, called, turn } = scene();
  clock.callAt(startMs + 2000, () => called.push('second'));
  clock.callAt(startMs + 1000, () => called.push('first'));
  clock.callAt(startMs + 5001, () => called.push('third'));
  base.jump(5000);
  turn();
  base.jump(1);
  expect(called).toEqual([]);
  turn();
  expect(called).toEqual(['first', 'second', 'third']);
});

it('does not call what is cancelled while it is held back, be it by another call', () => {
  const { base, clock, startMs, called, turn } = scene();
  const late = clock.callAt(startMs + 1000, () => called.push('late'));
  clock.callAt(startMs + 1001, () => {
    called.push('canceller');
    later.cancel();
  });
  const later = clock.callAt(startMs + 1002, () => called.push('later'));
  base.jump(5000);
  late.cancel();
  turn();
  turn();
  expect(called).toEqual(['canceller']);
});

it('loses nothing when a call throws', () => {
  const { base, clock, startMs, called, turn } = scene();
  clock.callAt(startMs + 1, () => {
    throw new Error('boom');
  });
  clock.callAt(startMs + 2, () => called.push('next'));
  base.jump(5000);
  turn();
  expect(turn).toThrow('boom');
  turn();
  expect(called).toEqual(['next']);
});

it('hears what waits in a socket, even a new one, before what became due while the process was blocked', async () => {
  const heard: string[] = [];
  const server = createServer((socket) => socket.on('data', () => heard.push('data')).on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1', () => client.write('x'));
  onTestFinished(() => void client.destroy());
  const clock = new PatientClock(new SystemClock());
  const dueMs = clock.nowMs() + 20;
  await new Promise<void>((resolve) => {
    clock.callAt(dueMs, () => {
      heard.push('timer');
      resolve();
    });
    // Runs in the turn in which the connection was made and its data written; nothing is read until this returns.
    client.once('connect', () => {
      while (clock.nowMs() <= dueMs + 200);
    });
  });
  expect(heard).toEqual(['data', 'timer']);
});
