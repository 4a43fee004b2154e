import { ApplicationFailure, defaultPayloadConverter } from '@perdure/common';
import { describe, expect, test } from 'vitest';
import {
  allHandlersFinished,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from './handlers.js';
import { signal, TestRun, update } from './testing/test-run.js';
import { condition, currentUpdateInfo, sleep, uuid4 } from './workflow.js';

const note = defineSignal<[string]>('note');
const add = defineUpdate<number, [number]>('add');

/** What became of updates, in short. */
function answersOf(run: TestRun): readonly unknown[] {
  return run.of('updateResponse').map(({ protocolInstanceId, response }) => {
    if (response.status === 'completed') return [protocolInstanceId, defaultPayloadConverter.fromPayload(response.result)];
    return [protocolInstanceId, response.status === 'rejected' ? response.failure.message : response.status];
  }); // prettier-ignore
}

describe('signals', () => {
  test('that came before the workflow began wait for their handler, in order', async () => {
    const run = new TestRun(async () => {
      const log: unknown[] = ['begins'];
      setHandler(note, (text) => void log.push(text));
      log.push('handler set');
      return log;
    });
    await run.start([signal('note', 'one'), signal('note', 'two')]);
    expect(run.result).toEqual(['begins', 'one', 'two', 'handler set']);
  });

  test('without a handler of their own go to the default one, with their name', async () => {
    const run = new TestRun(async () => {
      const log: unknown[] = [];
      setDefaultSignalHandler((name, ...args) => void log.push([name, ...args]));
      setHandler(note, (text) => void log.push(text));
      await condition(() => log.length === 3);
      return log;
    });
    await run.start([signal('early', 1)]);
    await run.signal('note', 'own');
    await run.signal('other', 1, 2);
    expect(run.result).toEqual([['early', 1], 'own', ['other', 1, 2]]);
  });

  test('wait again when their handler was taken away', async () => {
    const run = new TestRun(async () => {
      const log: string[] = [];
      setHandler(note, (text) => void log.push(text));
      await sleep(1);
      setHandler(note, undefined);
      await sleep(1);
      setHandler(note, (text) => void log.push(`late ${text}`));
      return log;
    });
    await run.start([signal('note', 'one')]);
    await run.fire(1);
    await run.signal('note', 'two');
    await run.fire(2);
    expect(run.result).toEqual(['one', 'late two']);
  });

  test('that fail with a failure fail the workflow; with any other error the workflow task', async () => {
    const workflow = async () => {
      setHandler(note, (text) => {
        throw text === 'failure' ? ApplicationFailure.create({ message: 'for good' }) : new Error('a bug');
      });
      await sleep(1000);
    };
    const failing = new TestRun(workflow);
    await failing.start();
    await failing.signal('note', 'failure');
    expect(() => failing.result).toThrow('for good');
    const broken = new TestRun(workflow);
    await broken.start();
    await expect(broken.signal('note', 'bug')).rejects.toThrow('a bug');
  });
});

describe('updates', () => {
  const adding = async (): Promise<number> => {
    let sum = 0;
    setHandler(
      add,
      async (amount) => {
        if (amount === 13) throw ApplicationFailure.nonRetryable('thirteen');
        if (amount > 100) await sleep(10);
        return (sum += amount);
      },
      {
        validator: (amount) => {
          if (amount < 0) throw new Error('negative');
        },
      },
    );
    await condition(() => sum > 100);
    await condition(allHandlersFinished);
    return sum;
  };

  test('are validated, accepted and completed', async () => {
    const run = new TestRun(adding);
    await run.start([update('add', 'a', 1), update('add', 'b', -1)]);
    await run.wake([update('add', 'c', 13)]);
    expect(answersOf(run)).toEqual([['a', 'accepted'], ['b', 'negative'], ['a', 1], ['c', 'accepted'], ['c', 'thirteen']]); // prettier-ignore
  });

  test('are not validated on replay', async () => {
    const run = new TestRun(adding);
    await run.start([{ ...update('add', 'b', -1), runValidator: false } as never], { isReplaying: true });
    expect(answersOf(run)).toEqual([['b', 'accepted'], ['b', -1]]); // prettier-ignore
  });

  test('that take long are waited for with allHandlersFinished', async () => {
    const run = new TestRun(adding);
    await run.start([update('add', 'a', 99)]);
    await run.wake([update('add', 'b', 101)]);
    expect(() => run.result).toThrow(/not ended/);
    await run.fire(1);
    expect(run.result).toBe(200);
  });

  test('that nobody handles are refused at the end of the activation, with the names of those that are', async () => {
    const run = new TestRun(adding);
    await run.start([update('nothing', 'n')]);
    expect(answersOf(run)).toEqual([['n', 'No registered handler for update: nothing. Registered updates: [add]']]);
  });

  test('go to the default handler, which may ask which update it carries out', async () => {
    const run = new TestRun(async () => {
      setDefaultUpdateHandler(async (name, ...args) => {
        await Promise.resolve();
        return [name, args, currentUpdateInfo()];
      });
      await sleep(1);
      return currentUpdateInfo() ?? 'none here';
    });
    await run.start([update('any', 'x', 5)]);
    expect(answersOf(run)).toEqual([['x', 'accepted'], ['x', ['any', [5], { id: 'x', name: 'any' }]]]); // prettier-ignore
    await run.fire(1);
    expect(run.result).toBe('none here');
  });

  test('must not change anything while they are validated', async () => {
    const run = new TestRun(async () => {
      setHandler(add, (amount: number) => amount, {
        validator: (_amount: number) => void sleep(1).catch(() => undefined),
      });
      await sleep(1000);
    });
    await run.start([update('add', 'a', 1)]);
    expect(answersOf(run)).toEqual([['a', expect.stringMatching(/must not change anything.*'timer'/)]]);
    expect(run.of('startTimer')).toHaveLength(1);
  });
});

describe('queries', () => {
  const state = defineQuery<string, [string]>('state');
  const asked = async () => {
    setHandler(state, (what) => {
      if (what === 'fail') throw new Error('no answer');
      if (what === 'change') sleep(1).catch(() => undefined);
      return `state of ${what}`;
    });
    setHandler(defineQuery<unknown>('slow'), async () => 'later');
    await sleep(1000);
  };

  test('are answered at once, also with what went wrong', async () => {
    const run = new TestRun(asked);
    await run.start();
    expect(await run.query('state', 'it')).toBe('state of it');
    await expect(run.query('state', 'fail')).rejects.toThrow('no answer');
    await expect(run.query('slow')).rejects.toThrow(/is async/);
    await expect(run.query('unknown')).rejects.toThrow(/did not register a handler for unknown.*state/);
  });

  test('that nobody else answers go to the default handler', async () => {
    const run = new TestRun(async () => {
      setDefaultQueryHandler((name, ...args) => [name, ...args]);
      await sleep(1000);
    });
    await run.start();
    expect(await run.query('any', 1)).toEqual(['any', 1]);
  });

  test('are answered after the end of the run as well', async () => {
    const run = new TestRun(async () => {
      setHandler(defineQuery<string>('done'), () => 'over');
    });
    await run.start();
    expect(await run.query('done')).toBe('over');
  });

  test('must not ask for anything', async () => {
    const run = new TestRun(asked);
    await run.start();
    await expect(run.query('state', 'change')).rejects.toThrow(/must not change anything.*'timer'/);
    expect(run.of('startTimer')).toHaveLength(1);
  });
});

test('a query changes nothing: neither the numbers that the run draws, nor when its conditions are looked at', async () => {
  const workflow = async () => {
    let isAsked = false;
    setHandler(defineQuery<string>('draw'), () => {
      isAsked = true;
      return uuid4();
    });
    await condition(() => isAsked);
    await sleep(1);
    return uuid4();
  };
  const asked = new TestRun(workflow);
  await asked.start();
  await asked.query('draw');
  expect(asked.of('startTimer')).toEqual([]);
  await asked.wake([]);
  await asked.query('draw');
  await asked.fire(1);
  const plain = new TestRun(async () => uuid4());
  await plain.start();
  expect(asked.result).toBe(plain.result);
});

test('what is not a function is no handler', async () => {
  const run = new TestRun(async () => setHandler(note, 5 as never));
  await expect(run.start()).rejects.toThrow(/handler of signal note must be a function, got number/);
});
