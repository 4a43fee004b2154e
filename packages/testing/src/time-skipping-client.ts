import {
  Client,
  type ClientOptions,
  type Connection,
  type TestService,
  WorkflowClient,
  type WorkflowClientOptions,
  type WorkflowResultOptions,
} from '@perdure/client';
import type { Workflow, WorkflowResultType } from '@perdure/common';

/** Options for the client of a test environment, which has a connection and a namespace already. */
export type ClientOptionsForTestEnv = Omit<ClientOptions, 'namespace' | 'connection'>;

/** Results that are waited for on each connection: the first unlocks time, the last locks it again. */
const awaitedResults = new WeakMap<TestService, number>();

/** A client that lets time skip while it waits for the result of a workflow. */
export class TimeSkippingWorkflowClient extends WorkflowClient {
  protected readonly testService: TestService;

  /** Throws a TypeError unless the connection is one to a server whose time skips. */
  constructor(options: WorkflowClientOptions) {
    super(options);
    const { testService } = this.connection as Partial<Connection>;
    if (testService === undefined) {
      throw new TypeError(
        'The connection has no test service: give the one of TestWorkflowEnvironment.createTimeSkipping()',
      );
    }
    this.testService = testService;
  }

  /** Waits for the result of a workflow, as `WorkflowClient.result` does, and lets time skip meanwhile. */
  override async result<T extends Workflow>(
    workflowId: string,
    runId?: string,
    opts?: WorkflowResultOptions,
  ): Promise<WorkflowResultType<T>> {
    await this.awaitResults(+1);
    try {
      return await super.result<T>(workflowId, runId, opts);
    } finally {
      await this.awaitResults(-1);
    }
  }

  private async awaitResults(change: 1 | -1): Promise<void> {
    const before = awaitedResults.get(this.testService) ?? 0;
    awaitedResults.set(this.testService, before + change);
    if (before === 0) await this.testService.unlockTimeSkipping({});
    else if (before + change === 0) await this.testService.lockTimeSkipping({});
  }
}

/** A client whose {@link workflow} lets time skip. */
export class TimeSkippingClient extends Client {
  override readonly workflow: TimeSkippingWorkflowClient;

  constructor(options: ClientOptions) {
    super(options);
    const { identity, namespace, interceptors, workflow } = this.options;
    this.workflow = new TimeSkippingWorkflowClient({
      connection: this.connection,
      identity,
      namespace,
      dataConverter: this.dataConverter,
      interceptors: interceptors.workflow,
      queryRejectCondition: workflow.queryRejectCondition,
    });
  }
}
