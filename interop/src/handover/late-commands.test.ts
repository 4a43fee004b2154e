import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';
import type { history } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { connect, eventTypes, eventually, SDKS } from '../harness/index.js';
import { bundleWorkflows } from '../harness/workflow-bundles.js';
import { handoverActivities } from './activities.js';
import { handoverWorkflows } from './play.js';

type HistoryEvent = history.IHistoryEvent;

const environment = await connect();
const taskQueue = environment.uniqueId('late');
await environment.worker('perdure', taskQueue, {
  activities: handoverActivities('perdure'),
  workflowsPath: handoverWorkflows,
});

/**
 * The official worker may keep a workflow task alive just between the end of a local activity and what workflow code makes of it: as
 * if the task that began the history had been answered after the event at `index`, and another one had followed at once.
 */
function splitTask(events: readonly HistoryEvent[], index: number): HistoryEvent[] {
  const [, scheduled, started, completed] = events;
  const last = Number(events[index]?.eventId);
  const shifted = events.slice(index + 1).map((event) => shift(event, last) as HistoryEvent);
  return [
    ...events.slice(0, index + 1),
    { ...scheduled, eventId: last + 1 },
    { ...started, eventId: last + 2, workflowTaskStartedEventAttributes: { ...started?.workflowTaskStartedEventAttributes, scheduledEventId: last + 1 } }, // prettier-ignore
    { ...completed, eventId: last + 3, workflowTaskCompletedEventAttributes: { scheduledEventId: last + 1, startedEventId: last + 2 } }, // prettier-ignore
    ...shifted,
  ];
}

/** Makes room for three events after the one with the id `last`. */
function shift(value: unknown, last: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) =>
      /eventId$/i.test(key) && typeof field === 'number' && field > last ? [key, field + 3] : [key, shift(field, last)],
    ),
  );
}

test('what follows from a local activity may stand one workflow task after its end', async () => {
  const handle = await environment
    .clientOf('perdure')
    .workflow.start('localBranches', { taskQueue, workflowId: environment.uniqueId('late') });
  await eventually('it rests', async () => ((await handle.query('stage')) === 1 ? true : undefined));
  const events = ((await handle.fetchHistory()) as history.IHistory).events ?? [];
  expect(eventTypes(events as never).slice(3, 7)).toEqual([
    'WorkflowTaskCompleted',
    'MarkerRecorded',
    'TimerStarted',
    'MarkerRecorded',
  ]);
  for (const sdk of SDKS) {
    const workflowBundle = { code: await bundleWorkflows(sdk, handoverWorkflows) };
    const { Worker } = sdk === 'perdure' ? ours : (theirs as unknown as typeof ours);
    // Kept alive while the activity ran, after its end, and after what followed from it.
    for (const index of [3, 4, 5]) {
      await Worker.runReplayHistory({ workflowBundle }, { events: splitTask(events, index) }, handle.workflowId);
    }
  }
  await handle.terminate();
});
