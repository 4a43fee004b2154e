import type { Rejection } from '@perdure/engine';
import {
  advance,
  decodeSchedule,
  encodeSchedule,
  nextDueMs,
  recordEnd,
  recordStarted,
  recordStartFailed,
  recordStopAsked,
  timesOf,
  workOf,
  type ActionTimes,
  type PlannedStart,
  type RunningWorkflow,
  type ScheduleContext,
  type ScheduleKey,
  type ScheduleState,
} from '@perdure/engine/schedule';
import { ServiceError } from '../api/index.js';
import type { RecordKey } from '../store/index.js';
import { alreadyExists, scheduleNotFound } from './errors.js';
import type { Gate } from './gate.js';
import type { SchedulePorts } from './ports.js';
import type { Sleeper, WakeTimers } from './wake-timers.js';
import type { ScheduledWorkflows } from './workflows.js';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;

/** What a schedule shares with all others. */
export interface ScheduleSurroundings {
  readonly ports: SchedulePorts;
  readonly workflows: ScheduledWorkflows;
  readonly timers: WakeTimers;
  readonly gate: Gate;
  /** Something has begun or ended. */
  busy(by: 1 | -1): void;
  /** Which workflows it wants to hear the end of has changed. */
  watch(schedule: LiveSchedule, before: readonly RunningWorkflow[], after: readonly RunningWorkflow[]): void;
  /** Nothing is under way any more for a schedule that is not there. */
  gone(schedule: LiveSchedule): void;
  counted(what: 'started' | 'refused'): void;
  isStopped(): boolean;
}

/** A schedule and its times. */
export interface ScheduleView {
  readonly state: ScheduleState;
  readonly times: ActionTimes;
}

/**
 * One schedule: changes one after the other, each durable before anything follows from it. What a state wants done is
 * done as often as it takes, and its outcome is the next change; after a restart the stored state wants the same again.
 */
export class LiveSchedule implements Sleeper {
  /** Set by the timers. */
  wakeMs: number | undefined;
  /** Known as soon as the schedule has been read once. */
  createTimeMs: number | undefined;
  private view: ScheduleView | undefined;
  private isRead = false;
  private lastChange: Promise<unknown> = Promise.resolve();
  private changesUnderWay = 0;
  /** What is being done, and whether it is to be done once more after that. */
  private readonly acting = new Map<string, { again: boolean }>();
  /** Planned since this schedule was read: nobody else has tried to start these. */
  private readonly neverTried = new Set<string>();

  constructor(
    readonly key: ScheduleKey,
    private readonly surroundings: ScheduleSurroundings,
  ) {}

  /** Nothing is under way: what is in memory can be read again when it is needed. */
  get isReleasable(): boolean {
    return this.changesUnderWay === 0 && this.acting.size === 0;
  }

  /** It has been looked for, and there is none. */
  get isAbsent(): boolean {
    return this.isRead && this.view === undefined;
  }

  /** Forgets what can be read again. */
  release(): void {
    this.view = undefined;
    this.isRead = false;
    this.neverTried.clear();
  }

  /** The schedule as it is on disk, after the changes asked for before; `undefined` if there is none. */
  read(): Promise<ScheduleView | undefined> {
    return this.exclusively(() => this.load());
  }

  /** Creates it, unless the same request has done so already. Throws ALREADY_EXISTS if there is another. */
  create(
    requestId: string,
    make: (context: Omit<ScheduleContext, 'times'>) => ScheduleState | Rejection,
  ): Promise<ScheduleState> {
    return this.exclusively(async () => {
      const existing = (await this.load())?.state;
      if (existing?.createRequestId === requestId) return existing;
      if (existing !== undefined) throw alreadyExists(existing);
      const made = make({ nowMs: this.nowMs, limits: this.surroundings.ports.limits });
      if ('rejected' in made) throw ServiceError.fromRejection(made);
      return this.become(made, undefined);
    });
  }

  /** Changes it; durable when it resolves. Throws NOT_FOUND, or what the rejection says. */
  change(
    decide: (state: ScheduleState, context: ScheduleContext) => ScheduleState | Rejection,
  ): Promise<ScheduleState> {
    return this.exclusively(async () => {
      const before = (await this.load()) ?? raise(scheduleNotFound(this.key.scheduleId));
      const decided = decide(before.state, this.context(before.times));
      if ('rejected' in decided) throw ServiceError.fromRejection(decided);
      return this.become(decided, before);
    });
  }

  /** Deletes it. Workflows it has started go on. Throws NOT_FOUND. */
  delete(): Promise<void> {
    return this.exclusively(async () => {
      const { state } = (await this.load()) ?? raise(scheduleNotFound(this.key.scheduleId));
      await this.write(undefined);
      this.view = undefined;
      this.surroundings.timers.set(this, undefined);
      this.surroundings.watch(this, state.running, []);
    });
  }

  /** Takes up what was stored, unless somebody has been here already. */
  adopt(record: Uint8Array): Promise<void> {
    return this.exclusively(async () => {
      // Read before: the record may be older than what has been written since.
      if (this.createTimeMs !== undefined) return;
      this.install(decodeSchedule(record), undefined);
      this.goOn();
    });
  }

  /** Its time has come. */
  wake(): void {
    this.perform('wake', { repeats: true }, async () => {
      await this.change((state) => state);
    });
  }

  /** Finds out whether a workflow has ended, and what follows if it has. */
  lookAt(running: Pick<RunningWorkflow, 'workflowId' | 'runId'>): void {
    this.perform(`look ${running.runId}`, { repeats: true }, async () => {
      const end = await this.surroundings.workflows.endOf(this.key.namespaceId, running);
      if (end !== undefined) await this.change((state) => recordEnd(state, end));
    });
  }

  private async begin(planned: PlannedStart, isRepeated: boolean): Promise<void> {
    const { workflows, ports, counted } = this.surroundings;
    const { requestId, workflowId } = planned;
    const view = await this.read();
    if (view === undefined || !view.state.planned.some((each) => each.requestId === requestId)) return;
    // While a namespace is deleted its name may already be that of another.
    const namespace = ports.namespaceName(this.key.namespaceId);
    if (namespace === undefined) return;
    const outcome = await workflows.start({ ...view.state, namespace }, planned, isRepeated);
    if (outcome.kind === 'refused') {
      const { code, message } = outcome.error;
      ports.log.warn('A scheduled workflow cannot be started', { ...this.key, workflowId, code, reason: message });
    }
    counted(outcome.kind === 'started' ? 'started' : 'refused');
    await this.change((state, { nowMs }) =>
      outcome.kind === 'started'
        ? recordStarted(state, requestId, outcome.runId, nowMs)
        : recordStartFailed(state, requestId, outcome.kind === 'taken'),
    );
  }

  private async stop(running: RunningWorkflow): Promise<void> {
    const view = await this.read();
    if (view === undefined) return;
    await this.surroundings.workflows.stop(view.state, running);
    await this.change((state) => recordStopAsked(state, running));
  }

  /** Makes a decision true: on disk first, then in memory, then in what is done about it. */
  private async become(decided: ScheduleState, before: ScheduleView | undefined): Promise<ScheduleState> {
    const hasSameTimes = before !== undefined && before.state.schedule.spec === decided.schedule.spec;
    const times = hasSameTimes ? before.times : timesOf(decided);
    const after = advance(decided, this.context(times));
    if (after !== before?.state) {
      await this.write(encodeSchedule(after));
      for (const { requestId } of after.planned) {
        if (!before?.state.planned.some((each) => each.requestId === requestId)) this.neverTried.add(requestId);
      }
      this.install(after, before?.state, times);
    }
    this.goOn();
    return after;
  }

  private install(state: ScheduleState, before: ScheduleState | undefined, times = timesOf(state)): void {
    this.view = { state, times };
    this.isRead = true;
    this.createTimeMs = state.createTimeMs;
    const known = before?.running ?? [];
    this.surroundings.watch(this, known, state.running);
    // It may have ended before anybody watched.
    for (const running of state.running) {
      if (!known.some(({ runId }) => runId === running.runId)) this.lookAt(running);
    }
  }

  /** Does what the state wants done, and sees to it that it is woken when time brings something. */
  private goOn(): void {
    if (this.view === undefined) return;
    const { state, times } = this.view;
    const { starts, stops } = workOf(state);
    for (const planned of starts) {
      this.perform(planned.requestId, { repeats: false }, (attempt) => {
        const isRepeated = attempt > 0 || !this.neverTried.delete(planned.requestId);
        return this.begin(planned, isRepeated);
      });
    }
    for (const running of stops) {
      this.perform(`${running.stop} ${running.runId}`, { repeats: false }, () => this.stop(running));
    }
    const dueMs = nextDueMs(state, times);
    const isDue = dueMs !== undefined && dueMs <= this.nowMs;
    this.surroundings.timers.set(this, isDue ? undefined : dueMs);
    if (isDue) this.wake();
  }

  /** Works on something until it is done, however often that fails; once at a time, and once more if it repeats. */
  private perform(name: string, how: { readonly repeats: boolean }, work: (attempt: number) => Promise<void>): void {
    const underWay = this.acting.get(name);
    if (underWay !== undefined) {
      underWay.again = how.repeats;
      return;
    }
    const { busy } = this.surroundings;
    const act = { again: false };
    this.acting.set(name, act);
    busy(1);
    void this.untilDone(name, work).finally(() => {
      this.acting.delete(name);
      if (act.again) this.perform(name, how, work);
      busy(-1);
      if (this.isAbsent) this.surroundings.gone(this);
    });
  }

  private async untilDone(name: string, work: (attempt: number) => Promise<void>): Promise<void> {
    const { ports, gate, isStopped } = this.surroundings;
    let delayMs = FIRST_RETRY_MS;
    for (let attempt = 0; !isStopped(); attempt += 1) {
      try {
        const times = attempt;
        await gate.run(() => work(times));
        return;
      } catch (error) {
        const code = error instanceof ServiceError ? error.code : undefined;
        // The schedule has been deleted, and what it wanted with it.
        if (code === 'NOT_FOUND' || isStopped()) return;
        if (code !== 'UNAVAILABLE')
          ports.log.error('A schedule cannot go on; trying again', { ...this.key, name, error });
      }
      const wakeMs = ports.clock.nowMs() + delayMs;
      await new Promise<void>((resume) => ports.clock.callAt(wakeMs, resume));
      delayMs = Math.min(delayMs * 2, MAX_RETRY_MS);
    }
  }

  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const { busy } = this.surroundings;
    this.changesUnderWay += 1;
    busy(1);
    const result = this.lastChange.then(work).finally(() => {
      this.changesUnderWay -= 1;
      busy(-1);
    });
    this.lastChange = result.catch(() => undefined);
    return result;
  }

  private async load(): Promise<ScheduleView | undefined> {
    if (this.isRead) return this.view;
    const record = await this.surroundings.ports.store.records.read(this.recordKey);
    this.isRead = true;
    if (record !== undefined) {
      this.install(decodeSchedule(record), undefined);
      this.goOn();
    }
    return this.view;
  }

  private write(record: Uint8Array | undefined): Promise<void> {
    return this.surroundings.ports.host().writeRecord(this.recordKey, record);
  }

  private get recordKey(): RecordKey {
    return { namespaceId: this.key.namespaceId, kind: 'schedule', id: this.key.scheduleId };
  }

  private get nowMs(): number {
    return this.surroundings.ports.executionClock.nowMs();
  }

  private context(times: ActionTimes): ScheduleContext {
    return { nowMs: this.nowMs, limits: this.surroundings.ports.limits, times };
  }
}

function raise(error: Error): never {
  throw error;
}
