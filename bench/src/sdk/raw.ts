import { randomUUID } from 'node:crypto';
import { enums, services } from '@perdure/protocol';
import { toJsonPayloads } from './payloads.js';
import { RawConnection } from './raw-connection.js';
import { RawWorker } from './raw-worker.js';
import type { BenchWorkflow, Queues, Sdk } from './sdk.js';

const methods = services.WorkflowService.methods;
const namespace = 'default';
const pollers = 16;

/** A client and a scripted worker in this process, over calls framed by hand. */
export class RawSdk implements Sdk {
  private readonly connection: RawConnection;
  private readonly worker: RawWorker;

  constructor(
    address: string,
    private readonly queues: Queues,
  ) {
    this.connection = new RawConnection(address);
    this.worker = new RawWorker(this.connection, queues.workQueue);
    this.worker.start(pollers);
  }

  async start(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    await this.startOn(this.queues.workQueue, workflowId, workflow);
  }

  async startIdle(workflowId: string): Promise<void> {
    await this.startOn(this.queues.idleQueue, workflowId, { type: 'open' });
  }

  async execute(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    await this.start(workflowId, workflow);
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const page = await this.connection.call(methods.GetWorkflowExecutionHistory, {
        namespace,
        execution: { workflowId },
        waitNewEvent: true,
        historyEventFilterType: enums.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
        nextPageToken,
      });
      if (page.history?.events.length) return;
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
  }

  async signal(workflowId: string): Promise<void> {
    await this.connection.call(methods.SignalWorkflowExecution, {
      namespace,
      workflowExecution: { workflowId },
      signalName: 'poke',
      requestId: randomUUID(),
    });
  }

  async query(workflowId: string): Promise<void> {
    await this.connection.call(methods.QueryWorkflow, {
      namespace,
      execution: { workflowId },
      query: { queryType: 'state' },
    });
  }

  async terminate(workflowId: string): Promise<void> {
    await this.connection.call(methods.TerminateWorkflowExecution, { namespace, workflowExecution: { workflowId } });
  }

  async fetchHistory(workflowId: string): Promise<number> {
    let count = 0;
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const request = { namespace, execution: { workflowId }, nextPageToken };
      const page = await this.connection.call(methods.GetWorkflowExecutionHistory, request);
      count += page.history?.events.length ?? 0;
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
    return count;
  }

  async close(): Promise<void> {
    this.worker.close();
    this.connection.close();
  }

  private async startOn(taskQueue: string, workflowId: string, workflow: BenchWorkflow): Promise<void> {
    const { type, ...args } = workflow;
    await this.connection.call(methods.StartWorkflowExecution, {
      namespace,
      workflowId,
      workflowType: { name: type },
      taskQueue: { name: taskQueue },
      input: toJsonPayloads(Object.values(args)),
      requestId: randomUUID(),
      identity: 'raw',
    });
  }
}
