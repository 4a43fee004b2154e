import { expect, test } from 'vitest';
import { commands } from '../../testing/commands.js';
import { World } from '../../testing/world.js';
import { runPriority, updateOptions, type OptionsUpdate } from '../index.js';

const change = (world: World, update: Partial<OptionsUpdate>) =>
  world.decide(undefined, (state, context) =>
    updateOptions(state, { options: {}, paths: [], identity: 'client', ...update }, context),
  );
const priorityOf = (world: World) => runPriority(world.run().state);

test('fields that the mask names are set, the others stay, in snake case or camel case', () => {
  const world = new World();
  world.start({ priority: { priorityKey: 3, fairnessKey: 'tenant' } });
  const given = { options: { priority: { priorityKey: 1, fairnessKey: 'other', fairnessWeight: 2 } } };
  expect(change(world, { ...given, paths: ['priority.priority_key'] })).toMatchObject({
    result: { priority: { priorityKey: 1, fairnessKey: 'tenant' } },
  });
  change(world, { ...given, paths: ['priority.fairnessWeight'] });
  expect(priorityOf(world)).toMatchObject({ priorityKey: 1, fairnessKey: 'tenant', fairnessWeight: 2 });
  change(world, { ...given, paths: ['priority'] });
  expect(priorityOf(world)).toMatchObject({ priorityKey: 1, fairnessKey: 'other', fairnessWeight: 2 });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1 priority={'priorityKey':3,'fairnessKey':'tenant'}
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':1,'fairnessKey':'tenant'}
    4 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':1,'fairnessKey':'tenant','fairnessWeight':2}
    5 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':1,'fairnessKey':'other','fairnessWeight':2}
    "
  `);
});

test('a change that changes nothing leaves no event', () => {
  const world = new World();
  world.start({ priority: { priorityKey: 3 } });
  const before = world.run().events.length;
  change(world, { options: { priority: { priorityKey: 3 } }, paths: ['priority'] });
  change(world, { options: { priority: { priorityKey: 1 } }, paths: [] });
  change(world, { paths: ['versioning_override'] });
  expect(world.run().events).toHaveLength(before);
});

test('runs that follow keep the priority', () => {
  const world = new World();
  world.start();
  change(world, { options: { priority: { priorityKey: 2 } }, paths: ['priority'] });
  world.step(commands.continueAsNew());
  expect(priorityOf(world)).toMatchObject({ priorityKey: 2 });
});

test('what cannot be set is refused by its name', () => {
  const world = new World();
  world.start();
  const override = { versioningOverride: { autoUpgrade: true } };
  expect(change(world, { options: override, paths: ['versioning_override'] })).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('versioning_override') as string,
  });
  expect(change(world, { paths: ['time_skipping_config'] })).toMatchObject({ code: 'UNIMPLEMENTED' });
  expect(change(world, { paths: ['colour'] })).toMatchObject({ code: 'INVALID_ARGUMENT' });
  world.terminate();
  expect(change(world, { paths: ['priority'] })).toMatchObject({ code: 'NOT_FOUND' });
});
