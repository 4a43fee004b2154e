import { continuedBy, isClosed, isReapplicable, type ExecutionState, type LaterRun } from '@perdure/engine';
import type { history } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import { readAllEvents } from '../history/index.js';
import type { LiveExecution, RunTarget } from '../shard/index.js';
import type { Services } from './services.js';

interface ReadRun {
  readonly runId: string;
  readonly events: history.IHistoryEvent[];
  nextEventId: number;
  isOpen: boolean;
}

/**
 * A run and those that follow it by continue-as-new, read for a decision that rests on all of their events. Reading
 * takes time, in which the last of them may go on: `isUpToDate` tells whether it did, and `advance` reads the rest.
 */
export class RunChain {
  private readonly runs: ReadRun[] = [];

  constructor(
    private readonly services: Services,
    /** A certain run. */
    private readonly base: RunTarget,
  ) {}

  /** Every event of the base run. */
  get events(): readonly history.IHistoryEvent[] {
    return this.runs[0]?.events ?? [];
  }

  /** The runs after it, with those events that a reset may send again. */
  get laterRuns(): readonly LaterRun[] {
    return this.runs.slice(1);
  }

  /** Reads what is new. A run of the chain that is no longer kept ends it. */
  async advance(): Promise<void> {
    const last = this.runs.at(-1);
    let runId: string | undefined = last?.runId ?? this.base.runId;
    while (runId !== undefined && runId !== '') {
      const found = await this.find(runId);
      runId = found === undefined ? undefined : await this.read(found.live, found.state);
    }
  }

  private async find(runId: string): Promise<{ live: LiveExecution; state: ExecutionState } | undefined> {
    try {
      return await this.services.host.read({ ...this.base, runId }, (live) => ({ live, state: live.state }));
    } catch (error) {
      if (this.runs.length > 0 && error instanceof ServiceError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Reads a run to its end, and answers the run that follows it. */
  private async read(live: LiveExecution, state: ExecutionState): Promise<string> {
    const { runId } = state.key;
    let run = this.runs.find((each) => each.runId === runId);
    if (run === undefined) this.runs.push((run = { runId, events: [], nextEventId: 1, isOpen: true }));
    const isBase = run === this.runs[0];
    for await (const event of readAllEvents(this.services.store, live, state, run.nextEventId))
      if (isBase || isReapplicable(event)) run.events.push(event);
    run.nextEventId = state.nextEventId;
    run.isOpen = !isClosed(state);
    return continuedBy(state);
  }

  /** Whether nothing has been added to these runs. `current` is the latest run of the workflow id; others are closed. */
  isUpToDate(current: ExecutionState): boolean {
    const last = this.runs.at(-1);
    if (last === undefined) return false;
    if (!last.isOpen) return true;
    return last.runId === current.key.runId && last.nextEventId === current.nextEventId;
  }
}
