import { defaultPayloadConverter, type SearchAttributes } from '@perdure/common';
import * as nexus from 'nexus-rpc';
import { describe, expect, test } from 'vitest';
import { createNexusServiceClient } from './nexus.js';
import { AsyncLocalStorage } from './cancellation-scope.js';
import { defineSignal, setHandler } from './handlers.js';
import { proxySinks } from './sinks.js';
import { signal, TestRun } from './testing/test-run.js';
import { continueAsNew, makeContinueAsNewFunc } from './continue-as-new.js';
import { deprecatePatch, patched, sleep, upsertMemo, upsertSearchAttributes, uuid4, workflowInfo } from './workflow.js';
import type { WorkflowInterceptors } from './interceptors.js';
import { log } from './logs.js';

describe('patches', () => {
  const twice = async () => [patched('p'), patched('p')];
  const hasPatch = { kind: 'notifyHasPatch', patchId: 'p' } as const;

  test('are used by a new run, and recorded once', async () => {
    const run = new TestRun(twice);
    await run.start();
    expect(run.result).toEqual([true, true]);
    expect(run.of('setPatchMarker')).toHaveLength(1);
  });

  test('are used on replay if the history has their marker, whatever else comes with the first activation', async () => {
    for (const jobs of [[hasPatch], [hasPatch, signal('note')]]) {
      for (const availableInternalFlags of [[], [2]]) {
        const run = new TestRun(twice);
        await run.start(jobs, { isReplaying: true, availableInternalFlags });
        expect(run.result).toEqual([true, true]);
        expect(run.of('setPatchMarker')).toHaveLength(1);
      }
    }
  });

  test('are not used on replay of a run that came before them', async () => {
    const run = new TestRun(twice);
    await run.start([], { isReplaying: true });
    expect(run.result).toEqual([false, false]);
    expect(run.commands.map(({ kind }) => kind)).toEqual(['completeWorkflowExecution']);
  });

  test('are recorded as deprecated when they are', async () => {
    const run = new TestRun(async () => deprecatePatch('p'));
    await run.start();
    expect(run.of('setPatchMarker')).toMatchObject([{ patchId: 'p', deprecated: true }]);
  });
});

describe('random numbers', () => {
  test('are the same for the same seed, and others for another', async () => {
    const drawn = async (seed: bigint) => {
      const run = new TestRun(async () => [uuid4(), uuid4()], { seed });
      await run.start();
      return run.result;
    };
    expect(await drawn(7n)).toEqual(await drawn(7n));
    expect(await drawn(7n)).not.toEqual(await drawn(8n));
  });

  test('change when the run is reset', async () => {
    const run = new TestRun(async () => {
      await sleep(1);
      return uuid4();
    });
    const other = new TestRun(async () => uuid4(), { seed: 9n });
    await run.start();
    await run.wake([{ kind: 'updateRandomSeed', randomnessSeed: () => 9n }]);
    await run.fire(1);
    await other.start();
    expect(run.result).toBe(other.result);
  });
});

test('an AsyncLocalStorage follows continuations, handlers included', async () => {
  const run = new TestRun(async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    setHandler(defineSignal('note'), () => void seen.push(storage.getStore()));
    const inside = storage.run('inside', async () => {
      await sleep(1);
      seen.push(storage.getStore());
    });
    await sleep(1);
    seen.push(storage.getStore());
    await inside;
    return seen.map((value) => value ?? 'nothing');
  });
  await run.start();
  await run.wake([signal('note'), { kind: 'fireTimer', seq: 1 }, { kind: 'fireTimer', seq: 2 }]);
  expect(run.result).toEqual(['nothing', 'inside', 'nothing']);
});

describe('continuing as new', () => {
  test('hands on arguments and what it is told', async () => {
    const run = new TestRun(async () => {
      await makeContinueAsNewFunc({ memo: { handed: 'on' }, taskQueue: 'other', workflowRunTimeout: '1 minute' })(1, 'two');
    }); // prettier-ignore
    await run.start();
    const [command] = run.of('continueAsNewWorkflowExecution');
    expect(command?.arguments.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([1, 'two']);
    expect(command).toMatchObject({
      taskQueue: 'other',
      workflowType: 'workflow',
      workflowRunTimeout: { seconds: 60 },
    });
  });

  test('ends the run from a signal handler as well', async () => {
    const run = new TestRun(async () => {
      setHandler(defineSignal('again'), async () => await continueAsNew());
      await sleep('1 hour');
    });
    await run.start();
    await run.signal('again');
    expect(run.of('continueAsNewWorkflowExecution')).toHaveLength(1);
  });
});

test('the memo is changed in the run at once; null removes a field, for the server as nothing at all', async () => {
  const memo = { kept: defaultPayloadConverter.toPayload(1), gone: defaultPayloadConverter.toPayload(2) };
  const run = new TestRun(
    async () => {
      upsertMemo({ gone: null, added: 3 });
      return workflowInfo().memo;
    },
    { memo },
  );
  await run.start();
  expect(run.result).toEqual({ kept: 1, added: 3 });
  const [command] = run.of('modifyWorkflowProperties');
  const encodings = Object.entries(command?.upsertedMemo ?? {}).map(([name, { metadata }]) => [name, new TextDecoder().decode(metadata?.['encoding'] ?? undefined)]); // prettier-ignore
  expect(encodings).toEqual([['gone', 'binary/null'], ['added', 'json/plain']]); // prettier-ignore
});

test('a memo field and a search attribute may have any name', async () => {
  const fields = JSON.parse('{"__proto__":1,"constructor":2}') as Record<string, number>;
  const run = new TestRun(async () => {
    upsertMemo(fields);
    upsertSearchAttributes(JSON.parse('{"__proto__":["a"],"constructor":["b"]}') as SearchAttributes);
    const { memo, searchAttributes } = workflowInfo();
    upsertSearchAttributes(JSON.parse('{"__proto__":[]}') as SearchAttributes);
    return [Object.entries(memo ?? {}), Object.entries(searchAttributes), Object.keys(workflowInfo().searchAttributes)];
  });
  await run.start();
  const entries = [['__proto__', ['a']], ['constructor', ['b']]]; // prettier-ignore
  expect(run.result).toEqual([Object.entries(fields), entries, ['constructor']]);
  expect(Object.keys(run.of('modifyWorkflowProperties')[0]?.upsertedMemo ?? {})).toEqual(Object.keys(fields));
  const [upserted, removed] = run.of('upsertWorkflowSearchAttributes');
  expect(Object.keys(upserted?.searchAttributes ?? {})).toEqual(['__proto__', 'constructor']);
  expect(Object.keys(removed?.searchAttributes ?? {})).toEqual(['__proto__']);
});

test('a Nexus service has no operations but its own, whatever objects inherit', async () => {
  const service = nexus.service('shop', { order: nexus.operation<string, string>() });
  const run = new TestRun(async () => {
    const client = createNexusServiceClient({ endpoint: 'e', service });
    const [named, inherited] = [
      client.startOperation('order', 'x'),
      client.startOperation('constructor' as 'order', 'x'),
    ];
    void named;
    return await inherited.catch(String);
  });
  await run.start();
  expect(run.result).toBe("TypeError: Service shop has no operation 'constructor'");
  expect(run.of('scheduleNexusOperation').map(({ operation }) => operation)).toEqual(['order']);
});

describe('interceptors', () => {
  test('are passed from the first to the last, in and out', async () => {
    const order: string[] = [];
    const named = (name: string) => (): WorkflowInterceptors => ({
      inbound: [
        {
          execute: async (input, next) => {
            order.push(`${name} in`);
            const result = await next(input);
            order.push(`${name} out`);
            return result;
          },
          handleSignal: async (input, next) => {
            order.push(`${name} ${input.signalName}`);
            await next(input);
          },
        },
      ],
      outbound: [{ startTimer: async (input, next) => await next({ ...input, durationMs: input.durationMs * 10 }) }],
      internals: [{ concludeActivation: (input, next) => next({ commands: [...input.commands] }) }],
    });
    const run = new TestRun(
      async () => {
        setHandler(defineSignal('note'), () => void order.push('handler'));
        await sleep(1);
      },
      { interceptors: [named('first'), named('second')] },
    );
    await run.start();
    await run.signal('note');
    await run.fire(1);
    expect(order).toEqual(['first in', 'second in', 'first note', 'second note', 'handler', 'second out', 'first out']);
    expect(run.of('startTimer')).toMatchObject([{ startToFireTimeout: { nanos: 100_000_000 } }]);
  });
});

test('sinks are called after the activation, in order, with what the workflow knows of itself', async () => {
  const run = new TestRun(async () => {
    proxySinks<{ audit: { wrote(text: string): void } }>().audit.wrote('first');
    log.info('second', { extra: 1 });
  });
  await run.start();
  expect(run.sinkCalls.map(({ ifaceName, fnName, args }) => [ifaceName, fnName, args[0]])).toEqual([
    ['audit', 'wrote', 'first'],
    ['__temporal_logger', 'info', 'second'],
  ]);
  expect(run.sinkCalls[0]?.workflowInfo).toMatchObject({ workflowId: 'workflow-1', runId: 'run-1' });
});

describe('an error of workflow code', () => {
  test('fails the workflow task, unless its kind is said to fail the workflow', async () => {
    const workflow = async () => {
      throw new RangeError('too far');
    };
    await expect(new TestRun(workflow).start()).rejects.toThrow('too far');
    const failing = new TestRun(workflow, { failureErrorTypes: ['RangeError'] });
    await failing.start();
    expect(() => failing.result).toThrow('too far');
  });

  test('in a condition fails the workflow task', async () => {
    let isBroken = false;
    const { condition } = await import('./workflow.js');
    const run = new TestRun(async () => await condition(() => isBroken && JSON.parse('not JSON') === 1));
    await run.start();
    isBroken = true;
    await expect(run.wake([])).rejects.toThrow(/JSON/);
  });
});
