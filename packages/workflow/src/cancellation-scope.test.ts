import { CancelledFailure } from '@perdure/common';
import { describe, expect, test } from 'vitest';
import { CancellationScope, hasNoListeners } from './cancellation-scope.js';
import { isCancellation } from './errors.js';
import { TestRun } from './testing/test-run.js';
import { Trigger } from './trigger.js';
import { condition, sleep } from './workflow.js';

const outcomeOf = async (running: Promise<unknown>): Promise<string> =>
  await running.then(
    () => 'done',
    (error: unknown) => (isCancellation(error) ? (error as Error).message : 'failed'),
  );

describe('the scope of the workflow', () => {
  test('is cancelled when somebody asks the workflow to end, and the workflow ends as cancelled', async () => {
    const run = new TestRun(async () => await sleep('1 hour'));
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    expect(run.commands.map(({ kind }) => kind)).toEqual(['startTimer', 'cancelTimer', 'cancelWorkflowExecution']);
  });

  test('may clean up in a scope that is not cancelled, and only there', async () => {
    const run = new TestRun(async () => {
      const first = await outcomeOf(sleep('1 hour'));
      const cleaned = await CancellationScope.nonCancellable(() => outcomeOf(sleep(5)));
      return [first, cleaned, await outcomeOf(sleep(5))];
    });
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    await run.fire(2);
    expect(run.result).toEqual(['Workflow cancelled', 'done', 'Workflow cancelled']);
  });
});

describe('a scope of its own', () => {
  test('is cancelled by hand, with what is in it and nothing else', async () => {
    const run = new TestRun(async () => {
      const scope = new CancellationScope();
      const inside = scope.run(() => outcomeOf(Promise.all([sleep(50), condition(() => false)])));
      const beside = outcomeOf(sleep(50));
      scope.cancel();
      return [await inside, await beside, scope.consideredCancelled];
    });
    await run.start();
    await run.fire(2);
    expect(run.result).toEqual(['Cancellation scope cancelled', 'done', true]);
  });

  test('refuses work once it is cancelled, without asking for it', async () => {
    const run = new TestRun(async () => {
      const scope = new CancellationScope();
      scope.cancel();
      return await scope.run(() => outcomeOf(sleep(50)));
    });
    await run.start();
    expect(run.commands.map(({ kind }) => kind)).toEqual(['completeWorkflowExecution']);
  });

  test('hears of a cancellation outside even if it does not take part', async () => {
    const run = new TestRun(async () => {
      const scope = new CancellationScope({ cancellable: false });
      const inside = scope.run(() => outcomeOf(sleep(50)));
      const heard = await outcomeOf(scope.cancelRequested);
      return [heard, scope.consideredCancelled, await inside];
    });
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    await run.fire(1);
    expect(run.result).toEqual(['Workflow cancelled', false, 'done']);
  });

  test('shields what is in it, which new runs remember by a flag', async () => {
    const workflow = async () =>
      await CancellationScope.nonCancellable(() => CancellationScope.cancellable(() => outcomeOf(sleep(50))));
    const run = new TestRun(workflow);
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    expect([...run.usedFlags]).toEqual([1]);
    await run.fire(1);
    expect(run.result).toBe('done');
    // A run that is replayed and lacks the flag goes the old way.
    const old = new TestRun(workflow);
    await old.start([], { isReplaying: true });
    await old.wake([{ kind: 'cancelWorkflow', reason: '' }], { isReplaying: true });
    expect(old.result).toBe('Workflow cancelled');
  });

  test('is told by where its code was begun, across awaits', async () => {
    const run = new TestRun(async () => {
      const scope = new CancellationScope();
      return await scope.run(async () => {
        await Promise.resolve();
        return [CancellationScope.current() === scope, CancellationScope.current().parent?.parent === undefined];
      });
    });
    await run.start();
    expect(run.result).toEqual([true, true]);
  });
});

describe('a scope that is over', () => {
  test('is not kept by the one around it, however it ended and whatever was in it', async () => {
    const run = new TestRun(async () => {
      await CancellationScope.cancellable(() => sleep(5));
      await CancellationScope.nonCancellable(() => CancellationScope.withTimeout(50, () => sleep(5)));
      await outcomeOf(CancellationScope.cancellable(() => Promise.reject(new Error('no'))));
      const straggler = await CancellationScope.cancellable(async () => [sleep(5)]);
      const before = hasNoListeners(CancellationScope.current());
      await straggler[0];
      return [before, hasNoListeners(CancellationScope.current())];
    });
    await run.start();
    for (const seq of [1, 3, 4]) await run.fire(seq);
    expect(run.result).toEqual([false, true]);
  });

  test('hears of a cancellation all the same, when it is asked or used again', async () => {
    const run = new TestRun(async () => {
      const [asked, used, waited, shielded] = [true, true, true, false].map(
        (cancellable) => new CancellationScope({ cancellable }),
      ) as [CancellationScope, CancellationScope, CancellationScope, CancellationScope];
      for (const scope of [asked, used, waited, shielded]) await scope.run(async () => undefined);
      const heard = outcomeOf(waited.run(() => sleep('1 hour')));
      const before = asked.consideredCancelled;
      await outcomeOf(sleep('1 hour'));
      const after = [asked.consideredCancelled, shielded.consideredCancelled];
      const refused = await outcomeOf(used.run(() => sleep(5)));
      return [before, after, await heard, refused, await outcomeOf(shielded.cancelRequested)];
    });
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    const told = 'Workflow cancelled';
    expect(run.result).toEqual([false, [true, false], told, told, told]);
  });

  test('that was over before it could hear, in one that is cancelled, rejects what is asked of it later', async () => {
    const run = new TestRun(async () => {
      await outcomeOf(sleep('1 hour'));
      const scope = new CancellationScope();
      await scope.run(async () => undefined);
      return await outcomeOf(scope.cancelRequested);
    });
    await run.start();
    await run.wake([{ kind: 'cancelWorkflow', reason: '' }]);
    expect(run.result).toBe('Workflow cancelled');
  });
});

describe('a scope with a timeout', () => {
  test('is cancelled when it is over', async () => {
    const run = new TestRun(async () => await outcomeOf(CancellationScope.withTimeout(50, () => sleep('1 hour'))));
    await run.start();
    await run.fire(1);
    expect(run.result).toBe('Cancellation scope cancelled');
  });

  test('takes its timer back when what is in it ends', async () => {
    const run = new TestRun(async () => await CancellationScope.withTimeout(50, async () => 'quick'));
    await run.start();
    expect(run.result).toBe('quick');
    expect(run.of('cancelTimer')).toEqual([{ kind: 'cancelTimer', seq: 1 }]);
  });
});

describe('a condition', () => {
  test('that holds already waits for nothing', async () => {
    const run = new TestRun(async () => await condition(() => true, 50));
    await run.start();
    expect(run.result).toBe(true);
  });

  test.each([
    ['in time', true],
    ['too late', false],
  ])('with a timeout answers whether it held: %s', async (_, holds) => {
    let isOpen = false;
    const run = new TestRun(async () => {
      const answer = await condition(() => isOpen, '1s');
      return [answer, CancellationScope.current().consideredCancelled];
    });
    await run.start();
    isOpen = holds;
    if (holds) await run.wake([]);
    else await run.fire(1);
    expect(run.result).toEqual([holds, false]);
    expect(run.of('cancelTimer')).toHaveLength(holds ? 1 : 0);
  });

  test('is looked at again when another has come to hold', async () => {
    let count = 0;
    const run = new TestRun(async () => {
      const last = condition(() => count === 2);
      await condition(() => count === 1);
      count = 2;
      await last;
      return count;
    });
    await run.start();
    count = 1;
    await run.wake([]);
    expect(run.result).toBe(2);
  });

  test('ends with its scope', async () => {
    const run = new TestRun(async () => {
      const scope = new CancellationScope();
      const waiting = scope.run(() => outcomeOf(condition(() => false)));
      await sleep(1);
      scope.cancel();
      return await waiting;
    });
    await run.start();
    await run.fire(1);
    expect(run.result).toBe('Cancellation scope cancelled');
  });
});

describe('a trigger', () => {
  test('settles once, for all who wait', async () => {
    const run = new TestRun(async () => {
      const trigger = new Trigger<string>();
      const both = Promise.all([trigger, trigger.then((value) => `${value}!`)]);
      trigger.resolve('first');
      trigger.resolve('second');
      return await both;
    });
    await run.start();
    expect(run.result).toEqual(['first', 'first!']);
  });

  test('that nobody waits for may be rejected', async () => {
    const run = new TestRun(async () => {
      new Trigger<void>().reject(new CancelledFailure('unheard'));
      await sleep(1);
      return 'goes on';
    });
    await run.start();
    await run.fire(1);
    expect(run.result).toBe('goes on');
  });
});
