import { expect, it } from 'vitest';
import { ManualClock, sameTurn } from '../testing/manual-clock.js';
import { CircuitBreaker, type Passage, type Passed } from './circuit-breaker.js';
import { CircuitBreakers } from './circuit-breakers.js';

const SETTINGS = { failures: 3, openMs: 60_000, trials: 1, intervalMs: 0 };

class Scene {
  readonly clock = new ManualClock();
  readonly breaker: CircuitBreaker;
  held = 0;

  constructor(settings: Partial<typeof SETTINGS> = {}) {
    this.breaker = new CircuitBreaker(this.clock, { ...SETTINGS, ...settings });
  }

  enter(): Promise<Passage | undefined> {
    return this.breaker.enter(() => (this.held += 1));
  }

  async request(passed: Passed): Promise<void> {
    (await this.enter())?.ended(passed);
  }

  async fail(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) await this.request('down');
  }

  /** Requests that are made as soon as they may be, in the order in which they were let through. */
  queue(...names: readonly string[]): { readonly name: string; readonly passage: Passage }[] {
    const through: { name: string; passage: Passage }[] = [];
    for (const name of names) void this.enter().then((passage) => passage && through.push({ name, passage }));
    return through;
  }
}

const namesOf = (queued: readonly { readonly name: string }[]): string[] => queued.map(({ name }) => name);

it('lets everything through until so many requests in a row have failed', async () => {
  const scene = new Scene();
  await scene.fail(2);
  await scene.request('up');
  await scene.fail(2);
  await scene.request('unused');
  expect(scene.breaker.isClosed).toBe(true);
  await scene.request('down');
  expect(scene.breaker.isClosed).toBe(false);
  expect(scene.held).toBe(0);
});

it('holds requests back while it is open, and then lets one of them try', async () => {
  const scene = new Scene();
  await scene.fail(3);
  const through = scene.queue('first', 'second', 'third');
  await scene.clock.advance(59_999);
  expect(namesOf(through)).toEqual([]);
  expect(scene.held).toBe(3);
  await scene.clock.advance(1);
  expect(namesOf(through)).toEqual(['first']);
  expect(scene.breaker.isClosed).toBe(false);
  through[0]?.passage.ended('up');
  await sameTurn();
  expect(namesOf(through)).toEqual(['first', 'second', 'third']);
  expect(through.map(({ passage }) => passage.hasWaited)).toEqual([true, true, true]);
  for (const { passage } of through.slice(1)) passage.ended('up');
  expect(scene.breaker).toMatchObject({ isClosed: true, isIdle: true });
});

it('lets as many try at once as are to, and closes when all of them have found it up', async () => {
  const scene = new Scene({ trials: 2 });
  await scene.fail(3);
  const through = scene.queue('first', 'second', 'third');
  await scene.clock.advance(60_000);
  expect(namesOf(through)).toEqual(['first', 'second']);
  through[0]?.passage.ended('up');
  await sameTurn();
  expect([namesOf(through), scene.breaker.isClosed]).toEqual([['first', 'second'], false]);
  through[1]?.passage.ended('up');
  await sameTurn();
  expect([namesOf(through), scene.breaker.isClosed]).toEqual([['first', 'second', 'third'], true]);
});

it('stays open when one of several that try fails', async () => {
  const scene = new Scene({ trials: 2 });
  await scene.fail(3);
  const through = scene.queue('first', 'second', 'third');
  await scene.clock.advance(60_000);
  through[0]?.passage.ended('down');
  through[1]?.passage.ended('up');
  await scene.clock.advance(59_999);
  expect([namesOf(through), scene.breaker.isClosed]).toEqual([['first', 'second'], false]);
  await scene.clock.advance(1);
  expect(namesOf(through)).toEqual(['first', 'second', 'third']);
});

it('forgets failures when an interval is over, if there is one', async () => {
  const scene = new Scene({ intervalMs: 10_000 });
  await scene.fail(2);
  await scene.clock.advance(10_000);
  await scene.fail(2);
  expect(scene.breaker.isClosed).toBe(true);
  await scene.request('down');
  expect(scene.breaker.isClosed).toBe(false);
});

it('stays open for another while when the one that tries fails', async () => {
  const scene = new Scene();
  await scene.fail(3);
  const through = scene.queue('first', 'second');
  await scene.clock.advance(60_000);
  through[0]?.passage.ended('down');
  await scene.clock.advance(59_999);
  expect(namesOf(through)).toEqual(['first']);
  await scene.clock.advance(1);
  expect(namesOf(through)).toEqual(['first', 'second']);
});

it('gives the try of a request that is no longer wanted to the next one', async () => {
  const scene = new Scene();
  await scene.fail(3);
  const through = scene.queue('first', 'second');
  await scene.clock.advance(60_000);
  through[0]?.passage.ended('unused');
  await sameTurn();
  expect(namesOf(through)).toEqual(['first', 'second']);
});

it('lets a request that comes after the while try at once, and one only', async () => {
  const scene = new Scene();
  await scene.fail(3);
  await scene.clock.advance(60_000);
  const through = scene.queue('first', 'second');
  await sameTurn();
  expect(through.map(({ name, passage }) => [name, passage.hasWaited])).toEqual([['first', false]]);
  await scene.clock.advance(600_000);
  expect(namesOf(through)).toEqual(['first']);
});

it('takes no notice of what was let through before it opened', async () => {
  const scene = new Scene();
  const old = scene.queue('slow', 'slower');
  await sameTurn();
  await scene.fail(3);
  old[0]?.passage.ended('up');
  expect(scene.breaker.isClosed).toBe(false);
  await scene.clock.advance(60_000);
  await scene.request('up');
  old[1]?.passage.ended('down');
  expect(scene.breaker).toMatchObject({ isClosed: true, isIdle: true });
});

it('asks for no calls of the clock unless somebody waits', async () => {
  const scene = new Scene();
  await scene.fail(3);
  expect(scene.clock.timerCount).toBe(0);
  const waiting = scene.enter();
  await sameTurn();
  expect(scene.clock.timerCount).toBe(1);
  scene.breaker.stop();
  expect(scene.clock.timerCount).toBe(0);
  expect(await waiting).toBeUndefined();
  expect(await scene.enter()).toBeUndefined();
});

it('destinations fail on their own, and only those that fail are remembered', async () => {
  const clock = new ManualClock();
  const breakers = new CircuitBreakers(clock, SETTINGS);
  const down = { kind: 'start', namespaceId: 'one', name: 'endpoint' } as const;
  const others = [{ ...down, kind: 'cancel' } as const, { ...down, namespaceId: 'two' }, { ...down, name: 'other' }];
  for (let count = 0; count < 3; count += 1) await breakers.pass(down, () => Promise.resolve('down'));
  for (const other of others) await breakers.pass(other, () => Promise.resolve('up'));
  expect(breakers.isOpen(down)).toBe(true);
  expect(others.map((other) => breakers.isOpen(other))).toEqual([false, false, false]);
  const waits: boolean[] = [];
  const held = breakers.pass(down, (hasWaited) => {
    waits.push(hasWaited);
    return Promise.resolve('up');
  });
  await sameTurn();
  expect(breakers.totals()).toEqual({ open: 1, held: 1 });
  await clock.advance(60_000);
  await held;
  expect(waits).toEqual([true]);
  expect(breakers.totals()).toEqual({ open: 0, held: 1 });
});

it('a request that breaks off tells nothing of its destination', async () => {
  const breakers = new CircuitBreakers(new ManualClock(), { ...SETTINGS, failures: 1, openMs: 1 });
  const destination = { kind: 'callback', namespaceId: 'one', name: 'https://host' } as const;
  await expect(breakers.pass(destination, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(breakers.isOpen(destination)).toBe(false);
});
