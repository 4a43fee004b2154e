import { randomUUID } from 'node:crypto';
import { type Client, Connection, type WorkflowService } from '@temporalio/client';
import { afterAll, inject } from 'vitest';
import type { service, history } from './api.js';
import { enums } from './api.js';
import { transcript, type TranscriptOptions } from './transcript.js';
import { ScriptedWorker } from './scripted-worker.js';
import { quietRuntimes } from './quiet-runtimes.js';
import { clientSdks, sdkUnderTest } from './sdk-under-test.js';
import { TestWorkers, type TestWorker, type TestWorkerOptions } from './test-worker.js';
import type { SdkName } from './workflow-bundles.js';

type StartRequest = service.IStartWorkflowExecutionRequest;

/** Connections to the server under test, shared by the tests of one file. */
export class Environment {
  readonly service: WorkflowService;
  private readonly clients = new Map<SdkName, Client>();

  constructor(
    readonly address: string,
    readonly connection: Connection,
    readonly rawConnection: Connection,
    private readonly workers: TestWorkers,
  ) {
    this.service = rawConnection.workflowService;
  }

  /** Of the SDK under test; everything else here goes through the official one, whatever is tested. */
  get client(): Client {
    return this.clientOf(sdkUnderTest);
  }

  /** The client of either SDK. */
  clientOf(sdk: SdkName): Client {
    const present = this.clients.get(sdk);
    if (present !== undefined) return present;
    const { Client, Connection } = clientSdks[sdk];
    const client = new Client({ connection: Connection.lazy({ address: this.address }) });
    this.clients.set(sdk, client);
    return client;
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

  /** A worker of either SDK with the suite's workflows, polling `taskQueue` until `close` or its own `stop`. */
  async worker(sdk: SdkName, taskQueue: string, options: TestWorkerOptions = {}): Promise<TestWorker> {
    return await this.workers.start(sdk, taskQueue, options);
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
    await this.workers.close();
    for (const { connection } of this.clients.values()) await connection.close();
    await this.connection.close();
    await this.rawConnection.close();
  }
}

/** Connects to the server that the suite's global setup started; closes everything after the last test of the file. */
export async function connect(): Promise<Environment> {
  quietRuntimes();
  const address = inject('address');
  const connection = await Connection.connect({ address });
  // Without the retrying interceptor, so that a test sees the first answer of the server.
  const rawConnection = await Connection.connect({ address, interceptors: [] });
  const workers = new TestWorkers(address, inject('workflowBundlePaths'));
  const environment = new Environment(address, connection, rawConnection, workers);
  afterAll(async () => await environment.close());
  return environment;
}
