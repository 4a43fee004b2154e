import { describe, test } from 'vitest';
import { activationFrom, plain } from './recordings/official-shapes.js';
import { eventsOf, RecordedCode, replayOf } from './recordings/replay-recording.js';
import { readRecording, recordingNames } from './recordings/recording.js';

describe.each(recordingNames())('%s', (name) => {
  const recording = readRecording(name);

  test('workflow code is told what the official SDK tells it when it replays the history', ({ expect }) => {
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
