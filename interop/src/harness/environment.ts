import { randomUUID } from 'node:crypto';
import { type Client, Connection, type WorkflowService } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { afterAll, inject } from 'vitest';
import type { service, history } from './api.js';
import { enums } from './api.js';
import { transcript, type TranscriptOptions } from './transcript.js';
import { ScriptedWorker } from './scripted-worker.js';
import { sdkUnderTest } from './sdk-under-test.js';

type StartRequest = service.IStartWorkflowExecutionRequest;

/** Connections to the server under test, shared by the tests of one file. */
export class Environment {
  readonly service: WorkflowService;
  /** Of the SDK under test; everything else here goes through the official one, whatever is tested. */
  readonly client: Client;
  private readonly clientConnection: Connection;
  private readonly workers: { worker: Worker; done: Promise<void> }[] = [];

  constructor(
    readonly address: string,
    readonly connection: Connection,
    readonly rawConnection: Connection,
    private readonly nativeConnection: () => Promise<NativeConnection>,
    private readonly workflowBundlePath: string,
  ) {
    this.service = rawConnection.workflowService;
    this.clientConnection = sdkUnderTest.Connection.lazy({ address });
    this.client = new sdkUnderTest.Client({ connection: this.clientConnection });
  }

  /** An id that no other test uses; `label` makes it readable. */
  uniqueId(label: string): string {
    return `${label}-${randomUUID().slice(0, 8)}`;
  }

  /** A scripted worker on a task queue of its own. */
  scriptedWorker(label = 'scripted'): ScriptedWorker {
    return new ScriptedWorker(this.rawConnection, this.uniqueId(label));
  }

  /** Another scripted worker on a task queue that is there already. */
  workerOn(taskQueue: string): ScriptedWorker {
    return new ScriptedWorker(this.rawConnection, taskQueue);
  }

  /** An official worker with the suite's workflow bundle, polling `taskQueue` until `close` or `shutdown`. */
  async officialWorker(taskQueue: string, options: Partial<WorkerOptions> = {}): Promise<Worker> {
    const worker = await Worker.create({
      connection: await this.nativeConnection(),
      namespace: 'default',
      taskQueue,
      workflowBundle: { codePath: this.workflowBundlePath },
      shutdownGraceTime: 0,
      ...options,
    });
    this.workers.push({ worker, done: worker.run() });
    return worker;
  }

  /** Starts a workflow through the raw API; ids default to fresh ones. */
  async start(taskQueue: string, request: StartRequest = {}): Promise<{ workflowId: string; runId: string }> {
    const workflowId = request.workflowId ?? this.uniqueId('wf');
    const response = await this.service.startWorkflowExecution({
      namespace: 'default',
      workflowId,
      workflowType: { name: 'scripted' },
      taskQueue: { name: taskQueue },
      requestId: randomUUID(),
      ...request,
    });
    return { workflowId, runId: response.runId };
  }

  /** The whole history of a run (the latest one without a run id). */
  async history(execution: { workflowId: string; runId?: string }): Promise<history.IHistoryEvent[]> {
    const events: history.IHistoryEvent[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.service.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId: execution.workflowId, runId: execution.runId },
        nextPageToken,
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken?.length);
    return events;
  }

  /** The transcript of a run as it is now. */
  async transcript(execution: { workflowId: string; runId?: string }, options?: TranscriptOptions): Promise<string> {
    return transcript(await this.history(execution), options);
  }

  /** Waits until the run is closed, then gives the transcript of all of it. */
  async closedTranscript(
    execution: { workflowId: string; runId?: string },
    options?: TranscriptOptions,
  ): Promise<string> {
    return transcript(await this.closedHistory(execution), options);
  }

  /** Waits until the run is closed, then gives its whole history. */
  async closedHistory(execution: { workflowId: string; runId?: string }): Promise<history.IHistoryEvent[]> {
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.service.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId: execution.workflowId, runId: execution.runId },
        nextPageToken,
        waitNewEvent: true,
        historyEventFilterType: enums.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
      });
      nextPageToken = page.nextPageToken;
    } while (nextPageToken?.length);
    return await this.history(execution);
  }

  /** Stops every worker and closes every connection. */
  async close(): Promise<void> {
    for (const { worker } of this.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(this.workers.map(({ done }) => done));
    await this.clientConnection.close();
    await this.connection.close();
    await this.rawConnection.close();
    await (await this.nativeConnection()).close();
  }
}

/** Connects to the server that the suite's global setup started; closes everything after the last test of the file. */
export async function connect(): Promise<Environment> {
  quietRuntime();
  const address = inject('address');
  const connection = await Connection.connect({ address });
  // Without the retrying interceptor, so that a test sees the first answer of the server.
  const rawConnection = await Connection.connect({ address, interceptors: [] });
  let native: Promise<NativeConnection> | undefined;
  const nativeConnection = (): Promise<NativeConnection> => (native ??= NativeConnection.connect({ address }));
  const bundlePath = inject('workflowBundlePath');
  const environment = new Environment(address, connection, rawConnection, nativeConnection, bundlePath);
  afterAll(async () => await environment.close());
  return environment;
}

const telemetryOptions = { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } };
let isRuntimeInstalled = false;

// Test files share a process, and the SDK's runtime can be installed once per process only.
function quietRuntime(): void {
  if (!isRuntimeInstalled)
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions });
  isRuntimeInstalled = true;
}
