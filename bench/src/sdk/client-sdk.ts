import type { BenchWorkflow, Queues, Sdk } from './sdk.js';

/** What is called of a client; that of the official SDK and ours both fit. */
export interface WorkflowClientLike {
  start(workflowType: string, options: StartOptions): Promise<unknown>;
  execute(workflowType: string, options: StartOptions): Promise<unknown>;
  getHandle(workflowId: string): {
    signal(name: string): Promise<unknown>;
    query(name: string): Promise<unknown>;
    terminate(): Promise<unknown>;
    fetchHistory(): Promise<{ readonly events?: readonly unknown[] | null }>;
  };
}

interface StartOptions {
  workflowId: string;
  taskQueue: string;
  args: unknown[];
}

/** Drives the load through the high-level client of an SDK. */
export class ClientSdk implements Sdk {
  constructor(
    private readonly workflow: WorkflowClientLike,
    private readonly connection: { close(): Promise<unknown> },
    private readonly queues: Queues,
  ) {}

  async start(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    await this.workflow.start(workflow.type, this.optionsOf(workflowId, workflow));
  }

  async startIdle(workflowId: string): Promise<void> {
    await this.workflow.start('open', { workflowId, taskQueue: this.queues.idleQueue, args: [] });
  }

  async execute(workflowId: string, workflow: BenchWorkflow): Promise<void> {
    await this.workflow.execute(workflow.type, this.optionsOf(workflowId, workflow));
  }

  async signal(workflowId: string): Promise<void> {
    await this.workflow.getHandle(workflowId).signal('poke');
  }

  async query(workflowId: string): Promise<void> {
    await this.workflow.getHandle(workflowId).query('state');
  }

  async terminate(workflowId: string): Promise<void> {
    await this.workflow.getHandle(workflowId).terminate();
  }

  async fetchHistory(workflowId: string): Promise<number> {
    const { events } = await this.workflow.getHandle(workflowId).fetchHistory();
    return events?.length ?? 0;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private optionsOf(workflowId: string, { type: _, ...args }: BenchWorkflow): StartOptions {
    return { workflowId, taskQueue: this.queues.workQueue, args: Object.values(args) };
  }
}
