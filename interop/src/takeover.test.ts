import type { sdk } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import { live, livedTasks } from './recordings/lived-tasks.js';
import { plain } from './recordings/official-shapes.js';
import { MovedWorkflows } from './recordings/own-code.js';
import { eventsOf, replayOf } from './recordings/replay-recording.js';
import { readRecording, recordingNames } from './recordings/recording.js';
import { tracesOf } from './recordings/traces.js';

const workflows = await MovedWorkflows.create();

describe.each(recordingNames())('%s', (name) => {
  const recording = readRecording(name);

  test('workflow code that was moved to our SDK replays what it did with the official one', async () => {
    const code = workflows.runOf(recording);
    const replay = replayOf(recording);
    replay.startWorkflowTask({ events: eventsOf(recording), messages: [] });
    await code.run(replay);
    replay.assertReplayed();
  });

  // Those replayed with other code, or without the flags that they had, were not lived through as they stand.
  test.skipIf(recording.code === 'changed' || name.endsWith('-unflagged'))(
    'living it through anew, each workflow task is answered as the official SDK answered it',
    async () => {
      const code = workflows.runOf(recording);
      const replay = replayOf(recording);
      for (const task of livedTasks(eventsOf(recording))) {
        const { commands, messages, sdkMetadata } = await live(replay, code, task);
        const { asked, recorded } = tracesOf(commands, messages, task.led);
        expect(asked).toEqual(recorded);
        expect(metadataOf(sdkMetadata)).toEqual(metadataOf(task.completed.sdkMetadata));
      }
    },
  );
});

function metadataOf(metadata: sdk.IWorkflowTaskCompletedMetadata = {}): unknown {
  const { coreUsedFlags, ...rest } = metadata;
  return plain({ ...rest, coreUsedFlags: [...(coreUsedFlags ?? [])].sort() });
}
