import type { WorkflowActivation } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { activationFrom, plain } from './recordings/official-shapes.js';
import { eventsOf, RecordedCode, replayOf } from './recordings/replay-recording.js';
import { readRecording, recordingNames, type RecordedActivation, type Recording } from './recordings/recording.js';

/**
 * The official replayer tells of several local activities at once where they were told one by one in life, and so with a later clock.
 * Ours repeats life, so that conditions and times are what they were. Of these recordings the replay is held against life: which jobs,
 * in which order, in which workflow task.
 */
const TOLD_AS_IN_LIFE: ReadonlySet<string> = new Set([
  'local-activities',
  'local-activity-backoff',
  'local-activity-cancellations',
  'long-local-activity',
]);

describe.each(recordingNames())('%s', (name) => {
  const recording = readRecording(name);

  if (TOLD_AS_IN_LIFE.has(name)) {
    test('is replayed job by job as it was lived through with the official SDK', () => {
      const told = recording.live.map(({ activation }) => activationFrom(activation));
      expect(jobsByTask(replayed(recording, recording.live))).toEqual(jobsByTask(told));
    });
  } else {
    test('is replayed activation by activation as by the official SDK', () => {
      const told = recording.replay.map(({ activation }) => activationFrom(activation));
      expect(replayed(recording, recording.replay).map(comparable)).toEqual(told.map(comparable));
    });
  }
});

function replayed(recording: Recording, answers: readonly RecordedActivation[]): readonly WorkflowActivation[] {
  const code = new RecordedCode(answers);
  const replay = replayOf(recording);
  replay.startWorkflowTask({ events: eventsOf(recording), messages: [] });
  code.run(replay);
  replay.assertReplayed();
  return code.activations;
}

/** Without the run id, which the official replayer makes up for a run that was reset. */
function comparable(activation: object): unknown {
  return plain({ ...activation, runId: undefined });
}

/** What workflow code was told, by the last event before the workflow task in which it was. */
function jobsByTask(activations: readonly object[]): unknown {
  const byTask: Record<string, unknown[]> = {};
  for (const activation of activations) {
    const { historyLength, jobs } = activation as Pick<WorkflowActivation, 'historyLength' | 'jobs'>;
    (byTask[historyLength] ??= []).push(...jobs.map(plain));
  }
  return byTask;
}
