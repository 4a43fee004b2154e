import type { ExecutionState } from '@perdure/engine';
import type { RunningWorkflow, ScheduleKey } from '@perdure/engine/schedule';
import { enums } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { PageCursor } from '../store/index.js';
import { scheduleNotFound } from './errors.js';
import { Gate } from './gate.js';
import { LiveSchedule, type ScheduleSurroundings, type ScheduleView } from './live-schedule.js';
import type { SchedulePorts } from './ports.js';
import { WakeTimers } from './wake-timers.js';
import { hasEnded, ScheduledWorkflows } from './workflows.js';

const RUNNING = enums.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
const PAGE_SIZE = 200;
const FIRST_RETRY_MS = 1000;

/**
 * Every schedule of this node. Of each it knows when it is due next and which workflows it waits for; what it is and has
 * done is read when it is needed, and as many as were used last stay in memory.
 */
export class ScheduleService {
  private readonly schedules = new Map<string, LiveSchedule>();
  /** In the order of their last use. */
  private readonly inMemory = new Set<LiveSchedule>();
  /** Who waits for the end of a workflow id. */
  private readonly watchers = new Map<string, Set<LiveSchedule>>();
  private readonly timers: WakeTimers;
  private readonly surroundings: ScheduleSurroundings;
  private loaded: Promise<void> = Promise.resolve();
  /** Deleted while the others are being read: a page read before may still have them. */
  private goneWhileLoading: Set<string> | undefined;
  private busy = 0;
  private isStopped = false;
  private started = 0;
  private refused = 0;

  constructor(private readonly ports: SchedulePorts) {
    this.timers = new WakeTimers(ports.executionClock);
    this.surroundings = {
      ports,
      workflows: new ScheduledWorkflows(ports),
      timers: this.timers,
      gate: new Gate(ports.limits.schedulesActing),
      busy: (by) => {
        this.busy += by;
        ports.busyChanged?.(this.busy);
      },
      watch: (schedule, before, after) => this.watch(schedule, before, after),
      gone: (schedule) => this.forgetAbsent(schedule),
      counted: (what) => {
        this[what] += 1;
      },
      isStopped: () => this.isStopped,
    };
  }

  /** Begins to take up the schedules there are. The shards must be open. */
  open(): void {
    this.goneWhileLoading = new Set();
    this.loaded = this.load().finally(() => (this.goneWhileLoading = undefined));
  }

  /** Does nothing more. Before the shards are closed. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timers.stop();
    await this.loaded;
  }

  /** Does something with a schedule, which need not exist. */
  async use<Result>(key: ScheduleKey, work: (schedule: LiveSchedule) => Promise<Result>): Promise<Result> {
    const schedule = this.at(key);
    try {
      return await work(schedule);
    } finally {
      this.forgetAbsent(schedule);
    }
  }

  private at(key: ScheduleKey): LiveSchedule {
    const name = nameOf(key);
    let schedule = this.schedules.get(name);
    if (schedule === undefined) this.schedules.set(name, (schedule = new LiveSchedule(key, this.surroundings)));
    this.markUsed(schedule);
    return schedule;
  }

  /** Reads a schedule. Throws NOT_FOUND. */
  async read(key: ScheduleKey): Promise<ScheduleView> {
    const view = await this.use(key, (schedule) => schedule.read());
    if (view === undefined) throw scheduleNotFound(key.scheduleId);
    return view;
  }

  /** Reads a schedule, and how the workflows of recent actions that it does not wait for are. Throws NOT_FOUND. */
  async describe(key: ScheduleKey): Promise<ScheduleView> {
    const { state, times } = await this.read(key);
    const { workflows } = this.surroundings;
    const recentActions = await Promise.all(
      state.recentActions.map(async (action) => {
        const isKnown = action.status !== RUNNING || state.running.some(({ runId }) => runId === action.runId);
        if (isKnown) return action;
        const status = await workflows.statusOf(key.namespaceId, action).catch(() => undefined);
        return status === undefined ? action : { ...action, status };
      }),
    );
    return { state: { ...state, recentActions }, times };
  }

  /** Every schedule of a namespace, the newest first. */
  async ofNamespace(namespaceId: string): Promise<readonly LiveSchedule[]> {
    await this.loaded;
    return [...this.schedules.values()]
      .filter(
        ({ key, createTimeMs, isAbsent }) => key.namespaceId === namespaceId && createTimeMs !== undefined && !isAbsent,
      )
      .sort(
        (left, right) =>
          (right.createTimeMs ?? 0) - (left.createTimeMs ?? 0) || (left.key.scheduleId < right.key.scheduleId ? -1 : 1),
      );
  }

  /** Deletes every schedule of a namespace. */
  async deleteNamespace(namespaceId: string): Promise<void> {
    for (const { key } of await this.ofNamespace(namespaceId)) {
      await this.use(key, (schedule) => schedule.delete()).catch((error: unknown) => {
        if (!(error instanceof ServiceError) || error.code !== 'NOT_FOUND') throw error;
      });
    }
  }

  /** A run has changed durably: if it was the last of a workflow that somebody waits for, they look at it. */
  runChanged(run: ExecutionState): void {
    if (this.watchers.size === 0 || !hasEnded(run)) return;
    const { namespaceId, workflowId } = run.key;
    const { firstRunId } = run.chain;
    for (const schedule of this.watchers.get(workflowName(namespaceId, workflowId)) ?? []) {
      schedule.lookAt({ workflowId, runId: firstRunId });
    }
  }

  /** A shard has been loaded again, and its runs may have ended unheard: every one that is waited for is looked at. */
  shardReopened(): void {
    const waiting = new Set([...this.watchers.values()].flatMap((schedules) => [...schedules]));
    for (const schedule of waiting) {
      void schedule.read().then(
        (view) => view?.state.running.forEach((running) => schedule.lookAt(running)),
        () => undefined,
      );
    }
  }

  /** For metrics. */
  totals(): {
    readonly schedules: number;
    readonly inMemory: number;
    readonly started: number;
    readonly refused: number;
  } {
    const { started, refused } = this;
    return { schedules: this.schedules.size, inMemory: this.inMemory.size, started, refused };
  }

  private async load(): Promise<void> {
    const { store, log, clock } = this.ports;
    for (let shardId = 0; shardId < store.identity.shardCount && !this.isStopped;) {
      try {
        await this.loadShard(shardId);
        shardId += 1;
      } catch (error) {
        if (this.isStopped) return;
        log.error('The schedules of a shard cannot be read; trying again', { shardId, error });
        await new Promise<void>((resume) => clock.callAt(clock.nowMs() + FIRST_RETRY_MS, resume));
      }
    }
  }

  private async loadShard(shardId: number): Promise<void> {
    const { store, log } = this.ports;
    let cursor: PageCursor | undefined;
    do {
      const page = await store.records.ofShard(shardId, 'schedule', cursor, PAGE_SIZE);
      for (const { namespaceId, id, value } of page.rows) {
        const key = { namespaceId, scheduleId: id };
        if (this.goneWhileLoading?.has(nameOf(key)) === true) continue;
        await this.at(key)
          .adopt(value)
          .catch((error: unknown) => log.error('A schedule cannot be read and does not act', { ...key, error }));
      }
      cursor = page.cursor;
    } while (cursor !== undefined && !this.isStopped);
  }

  private markUsed(schedule: LiveSchedule): void {
    this.inMemory.delete(schedule);
    this.inMemory.add(schedule);
    if (this.inMemory.size <= this.ports.limits.schedulesInMemory) return;
    for (const oldest of this.inMemory) {
      if (this.inMemory.size <= this.ports.limits.schedulesInMemory) return;
      if (oldest === schedule || !oldest.isReleasable) continue;
      this.inMemory.delete(oldest);
      oldest.release();
    }
  }

  private forgetAbsent(schedule: LiveSchedule): void {
    if (!schedule.isAbsent) return;
    this.goneWhileLoading?.add(nameOf(schedule.key));
    if (!schedule.isReleasable) return;
    this.inMemory.delete(schedule);
    this.schedules.delete(nameOf(schedule.key));
  }

  private watch(schedule: LiveSchedule, before: readonly RunningWorkflow[], after: readonly RunningWorkflow[]): void {
    const { namespaceId } = schedule.key;
    for (const { workflowId } of before) {
      if (after.some((running) => running.workflowId === workflowId)) continue;
      const name = workflowName(namespaceId, workflowId);
      const watchers = this.watchers.get(name);
      watchers?.delete(schedule);
      if (watchers?.size === 0) this.watchers.delete(name);
    }
    for (const { workflowId } of after) {
      const name = workflowName(namespaceId, workflowId);
      const watchers = this.watchers.get(name);
      if (watchers === undefined) this.watchers.set(name, new Set([schedule]));
      else watchers.add(schedule);
    }
  }
}

function nameOf({ namespaceId, scheduleId }: ScheduleKey): string {
  return `${namespaceId}\n${scheduleId}`;
}

function workflowName(namespaceId: string, workflowId: string): string {
  return `${namespaceId}\n${workflowId}`;
}
