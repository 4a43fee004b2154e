import { describe, expect, it } from 'vitest';
import { type ClientScenario, conversations, type Script } from './harness/index.js';

const scenarios: Readonly<Record<string, readonly [ClientScenario, Script?]>> = {
  'every operation': [
    async ({ taskQueue }) => {
      await taskQueue.updateBuildIdCompatibility('q', { operation: 'addNewIdInNewDefaultSet', buildId: '1.0' });
      await taskQueue.updateBuildIdCompatibility('q', {
        operation: 'addNewCompatibleVersion',
        buildId: '1.1',
        existingCompatibleBuildId: '1.0',
      });
      await taskQueue.updateBuildIdCompatibility('q', { operation: 'promoteSetByBuildId', buildId: '1.0' });
      await taskQueue.updateBuildIdCompatibility('q', { operation: 'promoteBuildIdWithinSet', buildId: '1.1' });
      await taskQueue.updateBuildIdCompatibility('q', {
        operation: 'mergeSets',
        primaryBuildId: '2.0',
        secondaryBuildId: '1.0',
      });
    },
  ],
  'the versions of a task queue': [
    async ({ taskQueue }) => taskQueue.getBuildIdCompatability('q'),
    { GetWorkerBuildIdCompatibility: { majorVersionSets: [{ buildIds: ['1.0', '1.1'] }, { buildIds: ['2.0'] }] } },
  ],
  'a task queue without versions': [async ({ taskQueue }) => [await taskQueue.getBuildIdCompatability('q')]],
  reachability: [
    async ({ taskQueue }, { UnversionedBuildId }) => {
      const all = await taskQueue.getReachability({ buildIds: ['1.0', UnversionedBuildId], taskQueues: ['q', 'r'] });
      await taskQueue.getReachability({ buildIds: ['1.0'], reachability: 'OPEN_WORKFLOWS' });
      await taskQueue.getReachability({ taskQueues: ['q'] });
      const { buildIdReachability } = all;
      return [buildIdReachability['1.0'], buildIdReachability[UnversionedBuildId], Object.keys(buildIdReachability)];
    },
    {
      GetWorkerTaskReachability: {
        buildIdReachability: [
          {
            buildId: '1.0',
            taskQueueReachability: [
              { taskQueue: 'q', reachability: [1, 2, 3, 4] },
              { taskQueue: 'r', reachability: [0] },
              { taskQueue: 's', reachability: [] },
            ],
          },
          { buildId: '', taskQueueReachability: [] },
        ],
      },
    },
  ],
};

const REFUSALS = { UNIMPLEMENTED: 12, NOT_FOUND: 5, INVALID_ARGUMENT: 3 };

describe('versions of task queues: the same requests and the same outcomes as the official client', () => {
  it.each(Object.keys(scenarios))('%s', async (name) => {
    const [scenario, script] = scenarios[name] ?? [];
    const { mine, reference } = await conversations(scenario as ClientScenario, script);
    expect(reference.calls.length).toBeGreaterThan(0);
    expect(mine).toEqual(reference);
  });

  it.each(Object.entries(REFUSALS))('%s', async (_, code) => {
    const refusal = { code, details: 'the server says no' };
    const script = {
      UpdateWorkerBuildIdCompatibility: refusal,
      GetWorkerBuildIdCompatibility: refusal,
      GetWorkerTaskReachability: refusal,
    };
    const { mine, reference } = await conversations(
      ({ taskQueue }, _sdk, attempt) =>
        Promise.all([
          attempt(() =>
            taskQueue.updateBuildIdCompatibility('q', { operation: 'addNewIdInNewDefaultSet', buildId: '1.0' }),
          ),
          attempt(() => taskQueue.getBuildIdCompatability('q')),
          attempt(() => taskQueue.getReachability({ buildIds: ['1.0'] })),
          attempt(() => taskQueue.updateBuildIdCompatibility('q', { operation: 'burn' } as never)),
        ]),
      script,
    );
    expect(mine).toEqual(reference);
  });
});

describe('versions of task queues: where ours differs on purpose', () => {
  it('sends promoteSet, which the official client forgets', async () => {
    const { mine, reference } = await conversations(({ taskQueue }) =>
      taskQueue.updateBuildIdCompatibility('q', {
        operation: 'addNewCompatibleVersion',
        buildId: '1.2',
        existingCompatibleBuildId: '1.0',
        promoteSet: true,
      }),
    );
    expect(mine.calls).toMatchObject([{ request: { addNewCompatibleBuildId: { makeSetDefault: true } } }]);
    expect(reference.calls).toMatchObject([{ request: { addNewCompatibleBuildId: { makeSetDefault: false } } }]);
  });
});
