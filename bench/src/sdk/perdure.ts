import { Client, Connection } from '@perdure/client';
import type { InProcessServer } from '@perdure/client/transport';
import type { BenchWorkflow, Queues, Sdk } from './sdk.js';

/** Our client; its worker runs in a process of its own, or in this one when the server does. */
export class PerdureSdk implements Sdk {
  private constructor(
    private readonly client: Client,
    private readonly connection: Connection,
    private readonly queues: Queues,
  ) {}

  /** Connects to the server at an address, or to the one in this process. */
  static async connect(
    server: { address: string } | { inProcess: InProcessServer },
    queues: Queues,
  ): Promise<PerdureSdk> {
    const connection = await Connection.connect(server);
    return new PerdureSdk(new Client({ connection }), connection, queues);
  }

  async start(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    await this.client.workflow.start(workflow.type, {
      workflowId,
      taskQueue: this.queues.workQueue,
      args: argsOf(workflow),
    });
  }

  async startIdle(workflowId: string): Promise<void> {
    await this.client.workflow.start('open', { workflowId, taskQueue: this.queues.idleQueue });
  }

  async execute(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    const options = { workflowId, taskQueue: this.queues.workQueue, args: argsOf(workflow) };
    await this.client.workflow.execute(workflow.type, options);
  }

  async signal(workflowId: string): Promise<void> {
    await this.client.workflow.getHandle(workflowId).signal('poke');
  }

  async query(workflowId: string): Promise<void> {
    await this.client.workflow.getHandle(workflowId).query('state');
  }

  async terminate(workflowId: string): Promise<void> {
    await this.client.workflow.getHandle(workflowId).terminate();
  }

  async fetchHistory(workflowId: string): Promise<number> {
    const { events } = await this.client.workflow.getHandle(workflowId).fetchHistory();
    return events?.length ?? 0;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

function argsOf({ type: _, ...args }: BenchWorkflow): unknown[] {
  return Object.values(args);
}
