import { describe, test } from 'vitest';
import { activationFrom, plain } from './recordings/official-shapes.js';
import { eventsOf, RecordedCode, replayOf } from './recordings/replay-recording.js';
import { readRecording, recordingNames } from './recordings/recording.js';

/**
 * Histories on which the two do not agree yet: how several local activities that end at about the same time are told apart on
 * replay, and one way of cancelling a child. (For `reset` it is only the run id that the official replayer makes up.) Each is pinned:
 * it fails here as soon as it agrees.
 */
const DIFFERENT: ReadonlySet<string> = new Set([
  'child-cancellations',
  'local-activities',
  'local-activity-backoff',
  'local-activity-cancellations',
  'long-local-activity',
  'reset',
]);

describe.each(recordingNames())('%s', (name) => {
  const recording = readRecording(name);

  const check = DIFFERENT.has(name) ? test.fails : test;

  check('workflow code is told what the official SDK tells it when it replays the history', ({ expect }) => {
    const code = new RecordedCode(recording.replay);
    const replay = replayOf(recording);
    replay.startWorkflowTask({ events: eventsOf(recording), messages: [] });
    code.run(replay);
    replay.assertReplayed();
    expect(code.activations.map(plain)).toEqual(
      recording.replay.map(({ activation }) => plain(activationFrom(activation))),
    );
  });
});
