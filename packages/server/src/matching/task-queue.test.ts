import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { Matching } from './matching.js';
import { Poller, type PollOutcome } from './poller.js';
import { TaskQueue } from './task-queue.js';
import type { PendingTask } from './task.js';

/** A queue, and what its pollers were answered. */
function harness() {
  const clock = new ManualClock();
  const queue = new TaskQueue(clock);
  const answers: string[] = [];
  const poll = (identity: string, maxTasksPerSecond?: number): Poller => {
    const poller: Poller = new Poller(identity, '', (outcome: PollOutcome) => {
      queue.forget(poller);
      const what =
        'error' in outcome ? 'error' : outcome.task === undefined ? 'empty' : (outcome.task as { name: string }).name;
      answers.push(`${identity}: ${what}`);
    });
    queue.poll(poller, maxTasksPerSecond);
    return poller;
  };
  const task = (name: string, priority = 3, dispatch = (poller: Poller) => poller.answer({ name })): PendingTask => ({
    priority,
    createdMs: clock.nowMs(),
    dispatch,
    abandon: () => answers.push(`${name} abandoned`),
  });
  return { clock, queue, answers, poll, task };
}

describe('a task queue', () => {
  it('hands tasks out in the order of arrival, to pollers in the order of arrival', () => {
    const { queue, answers, poll, task } = harness();
    queue.offer(task('one'));
    queue.offer(task('two'));
    poll('a');
    poll('b');
    poll('c');
    poll('d');
    queue.offer(task('three'));
    queue.offer(task('four'));
    expect(answers).toEqual(['a: one', 'b: two', 'c: three', 'd: four']);
  });

  it('hands out tasks of a better priority first', () => {
    const { queue, answers, poll, task } = harness();
    for (const [name, priority] of [
      ['last', 5],
      ['ordinary', 3],
      ['first', 1],
      ['also first', 1],
    ] as const) {
      queue.offer(task(name, priority));
    }
    for (const identity of ['a', 'b', 'c', 'd']) poll(identity);
    expect(answers).toEqual(['a: first', 'b: also first', 'c: ordinary', 'd: last']);
  });

  it('keeps its order through thousands of tasks', () => {
    const { queue, answers, poll, task } = harness();
    for (let index = 0; index < 5000; index += 1) queue.offer(task(String(index)));
    expect(queue.backlogCount).toBe(5000);
    for (let index = 0; index < 5000; index += 1) poll('a');
    expect(answers).toEqual(Array.from({ length: 5000 }, (_, index) => `a: ${index}`));
  });

  it('gives nothing to a poller that has gone', () => {
    const { queue, answers, poll, task } = harness();
    poll('gone').answerEmpty();
    queue.offer(task('one'));
    poll('a');
    expect(answers).toEqual(['gone: empty', 'a: one']);
  });

  it('takes a poller back in front of the others when its task was outdated', () => {
    const { queue, answers, poll, task } = harness();
    poll('first');
    poll('second');
    queue.offer(task('outdated', 3, (poller) => poller.returnToQueue?.()));
    queue.offer(task('good'));
    expect(answers).toEqual(['first: good']);
  });

  it('takes a task back in front of the others when it did not reach its poller', () => {
    const { queue, answers, poll, task } = harness();
    queue.offer(task('one'));
    queue.offer(task('two'));
    queue.putBack(task('zero'));
    for (const identity of ['a', 'b', 'c']) poll(identity);
    expect(answers).toEqual(['a: zero', 'b: one', 'c: two']);
  });

  it('keeps to the rate that its workers set', async () => {
    const { clock, queue, answers, poll, task } = harness();
    for (let index = 0; index < 6; index += 1) queue.offer(task(String(index)));
    for (let index = 0; index < 6; index += 1) poll('a', 2);
    expect(answers).toHaveLength(2);
    await clock.advance(500);
    expect(answers).toHaveLength(3);
    await clock.advance(1500);
    expect(answers).toHaveLength(6);
    expect(queue.tasksPerSecond).toBe(2);
  });

  it('hands out nothing at a rate of 0, and goes on when the rate is raised', async () => {
    const { clock, queue, answers, poll, task } = harness();
    queue.offer(task('one'));
    poll('a', 0);
    await clock.advance(10_000);
    expect(answers).toEqual([]);
    poll('b', 10);
    await clock.advance(2000);
    expect(answers).toEqual(['a: one']);
  });

  it('does not take what is no number for a rate', () => {
    const { queue, answers, poll, task } = harness();
    poll('a', NaN);
    poll('b', -1);
    queue.offer(task('one'));
    queue.offer(task('two'));
    expect(answers).toEqual(['a: one', 'b: two']);
  });

  it('counts a poller as present while it waits and ten seconds after', async () => {
    const { clock, queue, poll } = harness();
    expect(queue.hasRecentPoller()).toBe(false);
    const poller = poll('a');
    await clock.advance(60_000);
    expect(queue.hasRecentPoller()).toBe(true);
    poller.answerEmpty();
    await clock.advance(9999);
    expect(queue.hasRecentPoller()).toBe(true);
    await clock.advance(1);
    expect(queue.hasRecentPoller()).toBe(false);
  });

  it('has nobody present once it was abandoned, and returns what waited', () => {
    const { queue, answers, poll, task } = harness();
    queue.offer(task('one'));
    poll('a');
    poll('waiting');
    for (const each of queue.abandon()) each.abandon();
    queue.offer(task('two'));
    for (const each of queue.abandon()) each.abandon();
    expect(answers).toEqual(['a: one', 'waiting: empty', 'two abandoned']);
    expect(queue.hasRecentPoller()).toBe(false);
  });

  it('tells workers to poll more while tasks wait for polls, and less while polls wait for tasks', async () => {
    const { clock, queue, poll, task } = harness();
    queue.offer(task('waiting'));
    expect(poll('found a task').scalingDelta).toBe(1);
    const soon = poll('waited a moment');
    await clock.advance(999);
    queue.offer(task('soon'));
    expect(soon.scalingDelta).toBe(0);
    const late = poll('waited long');
    await clock.advance(1000);
    queue.offer(task('late'));
    expect(late.scalingDelta).toBe(-1);
  });

  it('tells workers to poll less when many polls wait even at the busiest moment', async () => {
    const { clock, queue, poll, task } = harness();
    const pollers = Array.from({ length: 20 }, () => poll('a'));
    const answered: Poller[] = [];
    // Tasks come so fast that no poll waits for long.
    for (let count = 0; count < 120; count++) {
      queue.offer(task('work'));
      answered.push(...pollers.splice(0, 1));
      pollers.push(poll('a'));
      await clock.advance(10);
    }
    const deltas = answered.map(({ scalingDelta }) => scalingDelta);
    expect(deltas.slice(0, 99).every((delta) => delta === 0)).toBe(true);
    expect(deltas.filter((delta) => delta === -1)).toHaveLength(9);
  });

  it('does not ask for more polls where a rate limit holds tasks back', () => {
    const { queue, poll, task } = harness();
    queue.offer(task('one'));
    expect(poll('a', 1).scalingDelta).toBe(0);
  });

  it('lists the workers that polled in the last minutes, latest first', async () => {
    const { clock, queue, poll } = harness();
    poll('old').answerEmpty();
    await clock.advance(240_000);
    poll('young').answerEmpty();
    expect(queue.recentPollers().map(({ identity }) => identity)).toEqual(['young', 'old']);
    await clock.advance(60_001);
    expect(queue.recentPollers().map(({ identity }) => identity)).toEqual(['young']);
  });

  it('tells how long its oldest task waits and how fast tasks come and go', async () => {
    const { clock, queue, poll, task } = harness();
    for (let index = 0; index < 30; index += 1) queue.offer(task(String(index)));
    await clock.advance(5000);
    for (let index = 0; index < 15; index += 1) poll('a');
    const stats = queue.stats();
    expect(stats).toEqual({ backlogCount: 15, backlogAgeMs: 5000, addRate: 1, dispatchRate: 0.5 });
    await clock.advance(60_000);
    expect(queue.stats().addRate).toBe(0);
  });
});

describe('all task queues', () => {
  it('answer every poll empty when they are stopped, and every later one at once', () => {
    const matching = new Matching(new ManualClock());
    const key = { namespaceId: 'n', kind: 'workflow', name: 'q' } as const;
    const answers: string[] = [];
    const poller = (name: string) => new Poller(name, '', () => answers.push(name));
    const early = poller('early');
    matching.queue(key).poll(early, undefined);
    const returned = poller('returned');
    matching.queue(key).poll(returned, undefined);
    matching.stop();
    matching.queue(key).poll(poller('late'), undefined);
    matching.queue({ ...key, name: 'another' }).poll(poller('elsewhere'), undefined);
    expect(answers).toEqual(['early', 'returned', 'late', 'elsewhere']);
  });

  it('end the polls of a worker that leaves, and those that come after it, but not what it was given', () => {
    const matching = new Matching(new ManualClock());
    const key = { namespaceId: 'n', kind: 'activity', name: 'q' } as const;
    const queue = matching.queue(key);
    const answers: string[] = [];
    const poll = (name: string, worker: string): Poller => {
      const poller = new Poller(name, worker, (outcome) =>
        answers.push('task' in outcome && outcome.task !== undefined ? `${name} has a task` : `${name} has none`),
      );
      queue.poll(poller, undefined);
      return poller;
    };
    const given: Poller[] = [];
    const task = {
      priority: 3,
      createdMs: 0,
      dispatch: (poller: Poller) => given.push(poller),
      abandon: () => undefined,
    };
    poll('first', 'leaving');
    poll('second', 'leaving');
    poll('other', 'staying');
    poll('nameless', '');
    queue.offer(task);
    matching.dismiss('leaving', [key]);
    expect(answers).toEqual(['second has none']);
    poll('late', 'leaving');
    expect(answers).toEqual(['second has none', 'late has none']);
    given[0]?.answer({});
    expect(answers.at(-1)).toBe('first has a task');
    given.length = 0;
    for (let count = 0; count < 3; count++) queue.offer(task);
    expect(given.map(({ identity }) => identity)).toEqual(['other', 'nameless']);
  });

  it('end a poll of a worker that has left when its task turns out to be stale', () => {
    const matching = new Matching(new ManualClock());
    const key = { namespaceId: 'n', kind: 'workflow', name: 'q' } as const;
    const answers: string[] = [];
    const poller = new Poller('w', 'leaving', () => answers.push('answered'));
    matching.queue(key).poll(poller, undefined);
    matching.queue(key).offer({ priority: 3, createdMs: 0, dispatch: () => undefined, abandon: () => undefined });
    matching.dismiss('leaving', [key]);
    expect(answers).toEqual([]);
    poller.returnToQueue?.();
    expect(answers).toEqual(['answered']);
  });

  it('are forgotten when nobody has used them for minutes', async () => {
    const clock = new ManualClock();
    const matching = new Matching(clock);
    matching.queue({ namespaceId: 'n', kind: 'workflow', name: 'idle' });
    const busy = matching.queue({ namespaceId: 'n', kind: 'activity', name: 'busy' });
    busy.offer({ priority: 3, createdMs: 0, dispatch: () => undefined, abandon: () => undefined });
    await clock.advance(400_000);
    expect(matching.totals()).toEqual({ queues: 1, backlog: 1, pollers: 0 });
  });
});
