import { history } from '@perdure/protocol';
import { fromJson } from '@perdure/protocol/json';
import type { WorkflowActivation } from '@perdure/common/activation';
import { WorkflowReplay } from '@perdure/replay';
import { completionFrom } from './official-shapes.js';
import type { Json, RecordedActivation, Recording } from './recording.js';

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

/** What workflow code did in an activation. */
type Answer = Parameters<WorkflowReplay['completeActivation']>[0];

const NO_ANSWER: Answer = { commands: [], usedInternalFlags: [], versioningBehavior: 0 };

/**
 * Answers activations with what workflow code answered in the recording: an answer is given once the jobs that it was an answer to have been
 * told, be it in one activation or in several. Gives the activations.
 */
export class RecordedCode {
  readonly activations: WorkflowActivation[] = [];
  private position = 0;
  private jobsToTell = 0;

  constructor(private readonly recorded: readonly RecordedActivation[]) {}

  /** Runs workflow code until it has nothing to do. */
  run(replay: WorkflowReplay): void {
    for (let next = replay.nextActivation(); next !== undefined; next = replay.nextActivation()) {
      this.activations.push(next);
      replay.completeActivation(this.answerTo(next));
    }
  }

  private answerTo({ jobs }: WorkflowActivation): Answer {
    this.jobsToTell -= jobs.length;
    const answers: Answer[] = [];
    while (this.jobsToTell < 0) {
      const recorded = this.recorded[this.position];
      const completion = completionFrom(recorded?.completion ?? {});
      if (recorded === undefined || completion.status === 'failed')
        throw new Error(`Nothing was recorded after ${this.position} activations`);
      this.position += 1;
      this.jobsToTell += (recorded.activation['jobs'] as readonly Json[]).length;
      answers.push(completion);
    }
    return this.jobsToTell === 0 ? mergedAnswer(answers) : NO_ANSWER;
  }
}

function mergedAnswer(answers: readonly Answer[]): Answer {
  return {
    commands: answers.flatMap(({ commands }) => commands),
    usedInternalFlags: answers.flatMap(({ usedInternalFlags }) => usedInternalFlags),
    versioningBehavior: answers.at(-1)?.versioningBehavior ?? 0,
  };
}
