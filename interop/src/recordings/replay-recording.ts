import { history } from '@perdure/protocol';
import { fromJson } from '@perdure/protocol/json';
import type { WorkflowActivation } from '@perdure/common/activation';
import { WorkflowReplay } from '@perdure/replay';
import { completionFrom } from './official-shapes.js';
import type { RecordedActivation, Recording } from './recording.js';

/** The events of a recording. */
export function eventsOf({ events }: Recording): readonly history.HistoryEvent[] {
  return fromJson(history.History, { events }).events;
}

/** A replay core for the run of a recording. */
export function replayOf({ runId }: Recording): WorkflowReplay {
  return new WorkflowReplay({
    namespace: 'default',
    runId,
    sdk: { name: 'temporal-typescript', version: '1.24.0' },
    nowMs: () => 0,
  });
}

/** Answers each activation with what workflow code answered in the recording; gives the activations. */
export class RecordedCode {
  readonly activations: WorkflowActivation[] = [];

  constructor(private readonly recorded: readonly RecordedActivation[]) {}

  /** Runs workflow code until it has nothing to do. */
  run(replay: WorkflowReplay): void {
    for (let next = replay.nextActivation(); next !== undefined; next = replay.nextActivation()) {
      const recorded = this.recorded[this.activations.length];
      this.activations.push(next);
      const completion = completionFrom(recorded?.completion ?? {});
      if (completion.status === 'failed')
        throw new Error(`Nothing was recorded after ${this.activations.length} activations`);
      replay.completeActivation(completion);
    }
  }
}
