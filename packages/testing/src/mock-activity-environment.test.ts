import { activityInfo, Context, heartbeat, log, sleep } from '@perdure/activity';
import { ActivityCancellationDetails, ApplicationFailure, CancelledFailure, type Logger } from '@perdure/common';
import { Client } from '@perdure/client';
import { describe, expect, it } from 'vitest';
import { defaultActivityInfo, MockActivityEnvironment } from './index.js';

describe('an activity in a mocked environment', () => {
  it('gets its arguments and gives its result as they are', async () => {
    const environment = new MockActivityEnvironment();
    const argument = { when: new Date(0), big: 1n };
    expect(await environment.run(async (given: object) => given, argument)).toBe(argument);
    expect(await environment.run(async (a: number, b: number) => a + b, 1, 2)).toBe(3);
  });

  it('fails with what it throws', async () => {
    const error = ApplicationFailure.nonRetryable('no');
    const run = new MockActivityEnvironment().run(async () => {
      throw error;
    });
    await expect(run).rejects.toBe(error);
  });

  it('knows what the test says of it', async () => {
    const environment = new MockActivityEnvironment({ attempt: 3, heartbeatDetails: { page: 7 } });
    const info = await environment.run(async () => activityInfo());
    expect(info).toEqual({ ...defaultActivityInfo, attempt: 3, heartbeatDetails: { page: 7 } });
    expect(environment.context.info).toBe(info);
  });

  it('is heard when it heartbeats', async () => {
    const environment = new MockActivityEnvironment();
    const heard: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => heard.push(details));
    await environment.run(async () => {
      heartbeat(1);
      Context.current().heartbeat({ page: 2 });
      heartbeat();
    });
    expect(heard).toEqual([1, { page: 2 }, undefined]);
  });

  it('hears of its cancellation, with reason and details', async () => {
    const environment = new MockActivityEnvironment();
    const details = new ActivityCancellationDetails({ timedOut: true });
    environment.on('heartbeat', () => environment.cancel('TIMED_OUT', details));
    const run = environment.run(async () => {
      heartbeat();
      const { cancellationSignal, cancellationDetails } = Context.current();
      const error: unknown = await Context.current().cancelled.catch((thrown: unknown) => thrown);
      return { error, isAborted: cancellationSignal.aborted, cancellationDetails };
    });
    const { error, ...rest } = (await run) as { error: unknown };
    expect(error).toBeInstanceOf(CancelledFailure);
    expect((error as Error).message).toBe('TIMED_OUT');
    expect(rest).toEqual({ isAborted: true, cancellationDetails: details });
  });

  it('is cancelled in its sleep, by its workflow unless the test says otherwise', async () => {
    const environment = new MockActivityEnvironment();
    const run = environment.run(async () => sleep('1 hour'));
    environment.cancel();
    await expect(run).rejects.toMatchObject({ name: 'CancelledFailure', message: 'CANCELLED' });
    expect(environment.context.cancellationDetails).toMatchObject({ cancelRequested: true });
    // The environment stays cancelled.
    await expect(environment.run(async () => sleep(1))).rejects.toThrow('CANCELLED');
  });

  it('goes through interceptors, the first outermost', async () => {
    const steps: string[] = [];
    const environment = new MockActivityEnvironment(undefined, {
      interceptors: ['outer', 'inner'].map((name) => (context: Context) => ({
        inbound: {
          async execute(input, next) {
            steps.push(`${name} ${context.info.activityType}`);
            return `${name}(${String(await next({ ...input, args: [...input.args, name] }))})`;
          },
        },
      })),
    });
    const result = await environment.run(async (...args: string[]) => args.join());
    expect([result, steps]).toEqual(['outer(inner(outer,inner))', ['outer unknown', 'inner unknown']]);
  });

  it('logs to the given logger, with its attributes', async () => {
    const logged: unknown[][] = [];
    const logger = { log: (...parts: unknown[]) => logged.push(parts) } as unknown as Logger;
    for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const)
      logger[level] = (message, meta) => logger.log(level.toUpperCase() as 'INFO', message, meta);
    await new MockActivityEnvironment({ activityId: 'a7' }, { logger }).run(async () => log.info('done', { n: 1 }));
    expect(logged.map(([, message]) => message)).toEqual(['Activity started', 'done', 'Activity completed']);
    expect(logged).toContainEqual([
      'INFO',
      'done',
      expect.objectContaining({ n: 1, activityId: 'a7', sdkComponent: 'activity' }),
    ]);
  });

  it('has the given client, and none otherwise', async () => {
    const client = new Client();
    const asked = async () => Context.current().client;
    expect(await new MockActivityEnvironment(undefined, { client }).run(asked)).toBe(client);
    await expect(new MockActivityEnvironment().run(asked)).rejects.toThrow('This activity has no client');
  });

  it('is apart from others that run beside it', async () => {
    const environments = Array.from({ length: 5 }, (_, attempt) => new MockActivityEnvironment({ attempt }));
    const attempts = environments.map((environment) =>
      environment.run(async () => {
        await sleep(5);
        return activityInfo().attempt;
      }),
    );
    expect(await Promise.all(attempts)).toEqual([0, 1, 2, 3, 4]);
  });
});
