import { decodeSnapshot, type ExecutionState } from '@perdure/engine';
import type { history } from '@perdure/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow, continueAsNew, scheduleActivity, startChild, startTimer } from '../testing/commands.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { TestNode } from '../testing/test-node.js';

/** What a random life of a server is made of. */
type Step =
  | { readonly kind: 'start' | 'signal' | 'terminate' | 'delete'; readonly workflow: number }
  | { readonly kind: 'workflowTask'; readonly answer: number }
  | { readonly kind: 'activityTask' }
  | { readonly kind: 'advance'; readonly byMs: number }
  | { readonly kind: 'crash' };

const workflow = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), workflow }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('signal' as const), workflow }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), workflow }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), workflow }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('workflowTask' as const), answer: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('activityTask' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), byMs: fc.constantFrom(1, 400, 1000, 9000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);

const lives = fc.array(step, { minLength: 25, maxLength: 70 });

const ANSWERS = [
  () => [],
  () => [startTimer(`timer-${answered}`, 700)],
  () => [scheduleActivity(`activity-${answered}`)],
  () => [startChild(`w${answered % 5}`)],
  () => [continueAsNew()],
  () => [completeWorkflow()],
  () => [startTimer(`timer-${answered}`, 120_000), scheduleActivity(`activity-${answered}`)],
];
let answered = 0;

/** One server after the other on the same disk, and what was acknowledged by any of them. */
class Life {
  readonly started = new Map<string, string>();
  readonly signalled = new Map<string, string>();
  readonly deleted = new Set<string>();
  private signals = 0;

  private constructor(
    private readonly options: Parameters<typeof TestNode.open>[0] & object,
    public node: TestNode,
  ) {}

  static async begin(options: Parameters<typeof TestNode.open>[0] & object): Promise<Life> {
    return new Life(options, await TestNode.open(options));
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'start': {
        const workflowId = `w${next.workflow}`;
        await this.acknowledged(this.node.start(workflowId), (runId) => this.started.set(runId, workflowId));
        return;
      }
      case 'signal': {
        const name = `signal-${this.signals++}`;
        await this.acknowledged(this.node.signal(`w${next.workflow}`, name), () =>
          this.signalled.set(name, `w${next.workflow}`),
        );
        return;
      }
      case 'terminate':
        await this.acknowledged(this.node.terminate(`w${next.workflow}`));
        return;
      case 'delete': {
        const runId = [...this.started].filter(([, id]) => id === `w${next.workflow}`).at(-1)?.[0];
        if (runId === undefined) return;
        await this.acknowledged(this.node.delete(`w${next.workflow}`, runId), () => this.deleted.add(runId));
        return;
      }
      case 'workflowTask': {
        const { taskToken } = await this.poll(this.node.pollWorkflowTask('queue', this.giveUp()));
        answered += 1;
        if (taskToken.length > 0)
          await this.acknowledged(this.node.complete({ taskToken }, ANSWERS[next.answer]?.() ?? []));
        return;
      }
      case 'activityTask': {
        const { taskToken } = await this.poll(this.node.pollActivityTask('queue', this.giveUp()));
        if (taskToken.length > 0) await this.acknowledged(this.node.completeActivity({ taskToken }));
        return;
      }
      case 'advance':
        await this.node.clock.advance(next.byMs);
        return;
      case 'crash':
        await this.crash();
        return;
      default:
        next satisfies never;
    }
  }

  /** Acknowledged signals that no run of their workflow id holds, unless one of those was deleted. */
  lostSignals(runs: ReadonlyMap<string, Run>): string[] {
    const present = new Set(
      [...runs.values()]
        .flatMap(({ state, events }) => [...events, ...state.bufferedEvents.map(({ event }) => event)])
        .map((event) => event.workflowExecutionSignaledEventAttributes?.signalName),
    );
    const deletedIds = new Set([...this.deleted].map((runId) => this.started.get(runId)));
    return [...this.signalled].filter(([name, id]) => !present.has(name) && !deletedIds.has(id)).map(([name]) => name);
  }

  async crash(): Promise<void> {
    this.node.losePower();
    this.node = await TestNode.open({ ...this.options, clock: new ManualClock(this.node.clock.nowMs()) });
    await quiet();
  }

  /** What is acknowledged must still be true at the end; refusals promise nothing. */
  private async acknowledged<Value>(call: Promise<Value>, remember: (value: Value) => void = () => undefined) {
    void call.then(remember, () => undefined);
    await quiet();
  }

  private giveUp(): AbortSignal {
    const controller = new AbortController();
    void quiet().then(() => controller.abort());
    return controller.signal;
  }

  private async poll(polled: Promise<{ readonly taskToken: Uint8Array }>): Promise<{ readonly taskToken: Uint8Array }> {
    return polled.catch(() => ({ taskToken: new Uint8Array(0) }));
  }
}

/** A run as the tables have it. */
interface Run {
  readonly state: ExecutionState;
  readonly isCurrent: boolean;
  readonly events: readonly history.HistoryEvent[];
}

/** Every run in the tables. */
async function tables(node: TestNode): Promise<Map<string, Run>> {
  await node.services.host.drain();
  const found = new Map<string, Run>();
  for (let index = 0; index < 5; index += 1) {
    for (const run of await node.store.listRuns(node.namespaceId, `w${index}`)) {
      const row = await node.store.loadExecution(node.namespaceId, `w${index}`, run.runId);
      if (row === undefined) continue;
      const events = await node.history(`w${index}`, run.runId);
      found.set(run.runId, { state: decodeSnapshot(row.snapshot), isCurrent: run.isCurrent, events });
    }
  }
  return found;
}

it.each([1, 3])(
  'whatever happens and whenever power is lost, nothing acknowledged is (%d shards)',
  async (shardCount) => {
    await fc.assert(
      fc.asyncProperty(lives, fc.boolean(), fc.boolean(), async (steps, isTight, isSynced) => {
        const disk = new MemoryDisk({ powerCuts: true });
        const cache = isTight ? { cacheSizeBytes: 1 } : {};
        const life = await Life.begin({ disk, shardCount, ...cache });
        for (const next of steps) {
          await life.take(next);
        }
        await life.node.clock.advance(200);
        const before = await tables(life.node);
        // A write that is synced takes the tables with it; without one only the journal is left.
        if (isSynced) await life.node.store.metadata.set('synced', new Uint8Array(1));
        await life.crash();
        const after = await tables(life.node);
        expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
        for (const [runId, what] of before) expect(after.get(runId)).toEqual(what);
        for (const runId of life.started.keys()) expect(after.has(runId)).toBe(!life.deleted.has(runId));
        expect(life.lostSignals(after)).toEqual([]);
        expect(await life.node.store.integrityCheck()).toEqual([]);
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);
