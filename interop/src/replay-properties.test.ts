import fc from 'fast-check';
import type { history } from '@perdure/protocol';
import { CorruptHistoryError, HistoryGapError, NondeterminismError, UnknownEventError } from '@perdure/replay';
import type { ActivationJob } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { joined, live, livedTasks } from './recordings/lived-tasks.js';
import { plain } from './recordings/official-shapes.js';
import { MovedWorkflows, WorkflowTaskFailed, type OwnCode } from './recordings/own-code.js';
import { eventsOf, replayOf } from './recordings/replay-recording.js';
import { readRecording, recordingNames, type Recording } from './recordings/recording.js';
import { tracesOf } from './recordings/traces.js';
import { damages, type Damage } from './recordings/damages.js';

const workflows = await MovedWorkflows.create();
const recordings = recordingNames().map((name) => ({ name, ...readRecording(name) }));
/** Those replayed with other code, or without the flags that they had, were not lived through as they stand. */
const lived = recordings.filter(({ code, name }) => code === 'same' && !name.endsWith('-unflagged'));

describe.each(lived)('$name', (recording) => {
  const events = eventsOf(recording);
  const tasks = livedTasks(events);

  test('wherever the run changes its worker or is dropped from memory, it goes on as before', async () => {
    const told = await fullReplay(recording, events);
    const expected = jobsOf(told);
    await fc.assert(
      fc.asyncProperty(fc.subarray(tasks.slice(0, -1).map((_, index) => index + 1)), async (cuts) => {
        const code = workflows.runOf(recording);
        const replay = replayOf(recording);
        for (const [index, to] of [...cuts, tasks.length].entries()) {
          const task = joined(tasks.slice(cuts[index - 1] ?? 0, to), events);
          const { commands, messages } = await live(replay, code, task);
          const { asked, recorded } = tracesOf(commands, messages, task.led);
          expect(asked).toEqual(recorded);
        }
        expect(jobsOf(code)).toEqual(expected);
      }),
      { numRuns: 8 },
    );
  });
});

const histories = recordings.filter(({ code }) => code === 'same').map((recording) => eventsOf(recording));

test('what commands led to cannot be changed without an error that says so', async () => {
  await expectOf(damages.ofCommandEvents, (outcome) => outcome === 'refused');
});

test('whatever is done to a history, replay ends well or with an error that says what is wrong', async () => {
  await expectOf(damages.ofAnyEvents, (outcome) => outcome !== 'broken');
});

type Outcome = 'replayed' | 'refused' | 'failed' | 'broken';

async function expectOf(
  damage: (events: readonly history.HistoryEvent[]) => fc.Arbitrary<Damage>,
  isFine: (outcome: Outcome) => boolean,
): Promise<void> {
  const index = fc.nat({ max: histories.length - 1 });
  const damaged = index.chain((at) => fc.tuple(fc.constant(at), damage(histories[at] ?? [])));
  await fc.assert(
    fc.asyncProperty(damaged, async ([at, { what, events }]) => {
      const recording = recordings.filter(({ code }) => code === 'same')[at] as (typeof recordings)[number];
      const error = await fullReplay(recording, events).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      if (!isFine(outcomeOf(error))) throw new Error(`${recording.name}, ${what}: ${error?.stack ?? 'replayed'}`);
    }),
    { numRuns: 250 },
  );
}

function outcomeOf(error: unknown): Outcome {
  if (error === undefined) return 'replayed';
  if (error instanceof WorkflowTaskFailed) return 'failed';
  const isTyped = [NondeterminismError, CorruptHistoryError, HistoryGapError, UnknownEventError].some((type) => error instanceof type); // prettier-ignore
  return isTyped ? 'refused' : 'broken';
}

async function fullReplay(recording: Recording, events: readonly history.HistoryEvent[]): Promise<OwnCode> {
  const code = workflows.runOf(recording);
  const replay = replayOf(recording);
  replay.startWorkflowTask({ events, messages: [] });
  await code.run(replay);
  replay.assertReplayed();
  return code;
}

/** What workflow code was told, without what tells a replay from life. */
function jobsOf({ activations }: OwnCode): unknown {
  const jobs: readonly ActivationJob[] = activations.flatMap(({ jobs: told }) => told);
  return jobs
    .filter(({ kind }) => kind !== 'notifyHasPatch')
    .map((job) => plain({ ...job, runValidator: undefined, ...withoutScheduleTime(job) }));
}

/** Of a local activity that is lived through again it is another. */
function withoutScheduleTime(job: ActivationJob): object {
  if (job.kind !== 'resolveActivity' || job.result.status !== 'backoff') return {};
  return { result: { ...job.result, originalScheduleTime: undefined } };
}
