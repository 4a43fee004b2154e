import { enums, services } from '@perdure/protocol';
import type { Client } from '@perdure/client';
import { callMethod } from '@perdure/client/transport';
import { IllegalStateError, msToNumber, type Duration } from '@perdure/common';
import { systemClock } from './clock.js';
import { replayHistories, replayHistory, type ReplayHistoriesIterable, type ReplayResult } from './replayer.js';
import { CombinedWorkerRunError, GracefulShutdownPeriodExpiredError, PromiseCompletionTimeoutError } from './errors.js';
import { type NativeConnection, Runtime } from './telemetry/index.js';
import { checkNamespace, connectionOf } from './worker-connection.js';
import {
  compileWorkerOptions,
  type CompiledWorkerOptions,
  type ReplayWorkerOptions,
  type WorkerOptions,
} from './worker-options.js';
import { workflowBundleOf } from './workflow-factory.js';
import { assembleParts, type WorkerParts } from './worker-parts.js';

const methods = services.WorkflowService.methods;
const GOODBYE_TIMEOUT_MS = 5_000;
/** A server that has said that it ends the polls does so at once; what is open after this time was lost on the way. */
const END_OF_POLLS_TIMEOUT_MS = 5_000;

/** Where a worker stands. */
export type State = 'INITIALIZED' | 'RUNNING' | 'STOPPED' | 'STOPPING' | 'DRAINING' | 'DRAINED' | 'FAILED';

/** What a worker is doing. */
export interface WorkerStatus {
  runState: State;
  /** SHUTDOWN before and after polls are made. */
  workflowPollerState: PollerState;
  activityPollerState: PollerState;
  hasOutstandingWorkflowPoll: boolean;
  hasOutstandingActivityPoll: boolean;
  numInFlightWorkflowActivations: number;
  /** Local ones included. */
  numInFlightActivities: number;
  numInFlightNonLocalActivities: number;
  numInFlightLocalActivities: number;
  /** Every activity that runs may heartbeat; local ones cannot. */
  numHeartbeatingActivities: number;
  numCachedWorkflows: number;
}

/** How the polls of a kind are. */
export type PollerState = 'POLLING' | 'SHUTDOWN' | 'FAILED';

/** For how long `runUntil` waits once the worker has stopped. */
interface RunUntilOptions {
  promiseCompletionTimeout?: Duration;
}

/** Runs the workflows, activities and Nexus operations of a task queue. */
export class Worker {
  private state: State = 'INITIALIZED';
  private readonly abortPolls = new AbortController();
  private cancelLateEnd = (): void => undefined;
  private stopRequested: (() => void) | undefined;
  private failure: unknown;

  /**
   * Makes a worker: bundles its workflows and checks that the server and the namespace are there. Rejects with one clear error
   * if they are not.
   */
  static async create(options: WorkerOptions): Promise<Worker> {
    const runtime = Runtime.instance();
    let configured = options;
    for (const plugin of options.plugins ?? []) configured = (await plugin.configureWorker?.(configured)) ?? configured;
    const compiled = compileWorkerOptions(configured, runtime);
    const bundle = await workflowBundleOf(compiled);
    const { connection, transport, close } = await connectionOf(compiled);
    try {
      const abilities = await checkNamespace(transport, compiled.namespace);
      const server = { connection, transport, closeConnection: close, ...abilities };
      const parts = assembleParts(compiled, server, bundle, (error) => worker.fail(error));
      const worker = new Worker(compiled, parts);
      return worker;
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Replays one history. Rejects with `DeterminismViolationError` if the code of today would not do what it says. */
  static async runReplayHistory(options: ReplayWorkerOptions, history: unknown, workflowId?: string): Promise<void> {
    await replayHistory(options, history, workflowId);
  }

  /** Replays many histories, and gives the outcome of each as it comes. */
  static runReplayHistories(
    options: ReplayWorkerOptions,
    histories: ReplayHistoriesIterable,
  ): AsyncIterableIterator<ReplayResult> {
    return replayHistories(options, histories);
  }

  private constructor(
    readonly options: CompiledWorkerOptions,
    private readonly parts: WorkerParts,
  ) {}

  getState(): State {
    return this.state;
  }

  getStatus(): WorkerStatus {
    const { workflowHost, activityHost, localActivities, cache } = this.parts;
    const isPolling = this.state === 'RUNNING';
    const pollerState = (host: unknown): PollerState =>
      this.state === 'FAILED' ? 'FAILED' : isPolling && host !== undefined ? 'POLLING' : 'SHUTDOWN';
    const nonLocalCount = activityHost?.runningCount ?? 0;
    return {
      runState: this.state,
      workflowPollerState: pollerState(workflowHost),
      activityPollerState: pollerState(activityHost),
      hasOutstandingWorkflowPoll: isPolling && workflowHost !== undefined,
      hasOutstandingActivityPoll: isPolling && activityHost !== undefined,
      numInFlightWorkflowActivations: workflowHost?.inFlight ?? 0,
      numInFlightActivities: nonLocalCount + localActivities.runningCount,
      numInFlightNonLocalActivities: nonLocalCount,
      numInFlightLocalActivities: localActivities.runningCount,
      numHeartbeatingActivities: nonLocalCount,
      numCachedWorkflows: cache.size,
    };
  }

  /** A client of this worker's server and namespace, with the interceptors that its options name; activities get it too. */
  get client(): Client | undefined {
    return this.parts.client();
  }

  /** What this worker calls the server over. */
  get connection(): NativeConnection | undefined {
    return this.parts.connection;
  }

  /** Runs until `shutdown`, a signal of the runtime, or an error that trying again would not mend. */
  async run(): Promise<void> {
    const run = (this.options.plugins ?? []).reduceRight<(worker: Worker) => Promise<void>>(
      (next, plugin) => (worker) => plugin.runWorker?.(worker, next) ?? next(worker),
      (worker) => worker.runItself(),
    );
    await run(this);
  }

  /** Runs until the promise settles, then shuts down, and gives what the promise gave. */
  async runUntil<R>(fnOrPromise: Promise<R> | (() => Promise<R>), options: RunUntilOptions = {}): Promise<R> {
    const running = this.run();
    const inner = typeof fnOrPromise === 'function' ? Promise.resolve().then(fnOrPromise) : fnOrPromise;
    const settled = inner.finally(() => {
      if (this.state === 'RUNNING') this.shutdown();
    });
    // Looked at when the worker has stopped: until then nobody may take it for a rejection that nobody waits for.
    settled.catch(() => undefined);
    const [workerOutcome] = await Promise.allSettled([running]);
    const [innerOutcome] = await Promise.allSettled([withinMs(settled, options.promiseCompletionTimeout)]);
    if (workerOutcome.status === 'rejected') {
      if (innerOutcome.status === 'fulfilled') {
        await running;
        return innerOutcome.value;
      }
      throw new CombinedWorkerRunError('Worker terminated with fatal error in `runUntil`', {
        cause: {
          workerError: workerOutcome.reason as unknown,
          innerError: innerOutcome.reason as unknown,
        },
      });
    }
    // Awaited again: what it was rejected with may be anything, and is passed on as it is.
    return innerOutcome.status === 'fulfilled' ? innerOutcome.value : await settled;
  }

  /** Begins to stop: no more tasks, those under way are finished. `run` resolves when that is done. */
  shutdown(): void {
    if (this.state !== 'RUNNING') {
      throw new IllegalStateError(`Not running. Current state: ${this.state}`);
    }
    this.state = 'STOPPING';
    this.stopRequested?.();
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.stopRequested?.();
  }

  private async runItself(): Promise<void> {
    if (this.state !== 'INITIALIZED') {
      throw new IllegalStateError(`Poller was already started: a worker runs once. Current state: ${this.state}`);
    }
    this.state = 'RUNNING';
    const { logger, taskQueue, namespace } = this.options;
    const stopped = new Promise<void>((resolve) => {
      this.stopRequested = resolve;
    });
    const onSignal = (): void => {
      if (this.state === 'RUNNING') this.shutdown();
    };
    Runtime.instance().registerShutdownSignalCallback(onSignal);
    logger.info('Worker state changed', { state: this.state, taskQueue, namespace });
    this.parts.workflowHost?.start();
    this.parts.activityHost?.start();
    this.parts.nexusHost?.start();
    try {
      await stopped;
      await this.stopWithin(this.options.shutdownForceTimeMs);
      this.state = this.failure === undefined ? 'STOPPED' : 'FAILED';
    } catch (error) {
      this.state = 'FAILED';
      throw error;
    } finally {
      Runtime.instance().deregisterShutdownSignalCallback(onSignal);
      logger.info('Worker state changed', { state: this.state, taskQueue, namespace });
      await this.parts.closeConnection();
    }
    if (this.failure !== undefined) throw asError(this.failure);
  }

  private async stopWithin(forceTimeMs: number | undefined): Promise<void> {
    const stopping = this.stop();
    if (forceTimeMs === undefined) return await stopping;
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.parts.activityHost?.abandon();
        this.parts.nexusHost?.abandon();
        this.abortPolls.abort();
        reject(new GracefulShutdownPeriodExpiredError(`The worker did not stop within ${forceTimeMs} ms`));
      }, forceTimeMs);
    });
    try {
      await Promise.race([stopping, expired]);
    } finally {
      clearTimeout(timer);
      stopping.catch(() => undefined);
    }
  }

  private async stop(): Promise<void> {
    const { workflowHost, activityHost, nexusHost, localActivities, cache, serverEndsPolls } = this.parts;
    const graceMs = this.options.shutdownGraceTimeMs;
    const cancelLocals = systemClock.schedule(graceMs, () => localActivities.cancelAll());
    const { signal: abortPolls } = this.abortPolls;
    const workflowsDone = workflowHost?.stop(abortPolls) ?? Promise.resolve();
    // Answers to workflow tasks may bring activities.
    const activitiesDone = activityHost?.shutdown({ graceMs, abortPolls, lastEager: workflowsDone });
    const nexusDone = nexusHost?.shutdown({ graceMs, abortPolls });
    if (serverEndsPolls) await this.endPolls();
    else this.abortPolls.abort();
    await Promise.all([workflowsDone, activitiesDone, nexusDone]);
    this.cancelLateEnd();
    cancelLocals();
    cache.evictWhere(() => true);
    if (!serverEndsPolls) await this.sayGoodbye();
  }

  /** Has the server end the polls, so that no task is on its way to a poll that nobody waits for any more. */
  private async endPolls(): Promise<void> {
    if (!(await this.sayGoodbye())) return this.abortPolls.abort();
    this.cancelLateEnd = systemClock.schedule(END_OF_POLLS_TIMEOUT_MS, () => this.abortPolls.abort());
  }

  /** Tells the server not to wait for this worker, so that its runs go to others at once. False if it did not hear. */
  private async sayGoodbye(): Promise<boolean> {
    const { transport, stickyQueueName, workerInstanceKey, workflowHost, activityHost, nexusHost } = this.parts;
    const { namespace, identity, taskQueue } = this.options;
    const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_NEXUS } = enums.TaskQueueType;
    const request = {
      namespace,
      identity,
      workerInstanceKey,
      taskQueue,
      taskQueueTypes: [
        ...(workflowHost === undefined ? [] : [TASK_QUEUE_TYPE_WORKFLOW]),
        ...(activityHost === undefined ? [] : [TASK_QUEUE_TYPE_ACTIVITY]),
        ...(nexusHost === undefined ? [] : [TASK_QUEUE_TYPE_NEXUS]),
      ],
      stickyTaskQueue: stickyQueueName,
      reason: 'graceful shutdown',
    };
    return await callMethod(transport, methods.ShutdownWorker, request, { timeoutMs: GOODBYE_TIMEOUT_MS }).then(
      () => true,
      () => false,
    );
  }
}

async function withinMs<T>(promise: Promise<T>, timeout: Duration | undefined): Promise<T> {
  if (timeout === undefined) return await promise;
  const timeoutMs = msToNumber(timeout);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    const message = `Promise did not resolve within ${timeoutMs}ms after Worker completed shutdown`;
    timer = setTimeout(() => reject(new PromiseCompletionTimeoutError(message)), timeoutMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
