import { services as api, type command, type workflowservice } from '@perdure/protocol';
import { onTestFinished } from 'vitest';
import { InProcessTransport, ServiceError, type CallableMethod } from '../../api/index.js';
import type { ServerOptions } from '../../main/options.js';
import { startServer } from '../../main/start-server.js';
import { allMethods, type Services } from '../index.js';

const { methods } = api.WorkflowService;
const POLL_TIMEOUT_MS = 10_000;

/** A whole server on memory, called without sockets. Stopped when the test is over. */
export class Served {
  private constructor(
    readonly services: Services,
    private readonly transport: InProcessTransport,
    /** `host:port` of the HTTP port, if there is one. */
    readonly httpAddress: string | undefined,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async start(options: Partial<ServerOptions> = {}): Promise<Served> {
    const server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 }, ...options });
    const transport = new InProcessTransport({ methods: allMethods(server.services) });
    const served = new Served(server.services, transport, server.httpAddress, () => server.stop({ graceMs: 1000 }));
    onTestFinished(() => served.stop());
    return served;
  }

  /** For tests that start again on the same file. */
  async stop(): Promise<void> {
    await this.transport.stop({ graceMs: 1000 });
    await this.stopServer();
  }

  call<Request, Response>(
    method: CallableMethod<Request, Response>,
    request: Request,
    timeoutMs?: number,
  ): Promise<Response> {
    return this.transport.call(method, request, timeoutMs === undefined ? {} : { timeoutMs });
  }

  /** `CODE: message` of the error a call is answered with. */
  async refusal<Request, Response>(method: CallableMethod<Request, Response>, request: Request): Promise<string> {
    try {
      await this.call(method, request);
    } catch (error) {
      if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
      throw error;
    }
    return 'OK';
  }

  /** Starts a workflow `type` with this id on the task queue `queue` of `default`, unless told otherwise. */
  async startWorkflow(
    workflowId: string,
    request: workflowservice.IStartWorkflowExecutionRequest = {},
  ): Promise<string> {
    const { runId } = await this.call(methods.StartWorkflowExecution, {
      namespace: 'default',
      workflowId,
      workflowType: { name: 'type' },
      taskQueue: { name: 'queue' },
      ...request,
    });
    return runId;
  }

  async terminate(workflowId: string, namespace = 'default'): Promise<void> {
    await this.call(methods.TerminateWorkflowExecution, { namespace, workflowExecution: { workflowId } });
  }

  /** Takes the next workflow task of `queue` as worker `worker`. */
  pollWorkflowTask(): Promise<workflowservice.PollWorkflowTaskQueueResponse> {
    const request = { namespace: 'default', taskQueue: { name: 'queue' }, identity: 'worker' };
    return this.call(methods.PollWorkflowTaskQueue, request, POLL_TIMEOUT_MS);
  }

  /** Takes the next activity task of `queue` as worker `activity-worker`. */
  pollActivityTask(): Promise<workflowservice.PollActivityTaskQueueResponse> {
    const request = { namespace: 'default', taskQueue: { name: 'queue' }, identity: 'activity-worker' };
    return this.call(methods.PollActivityTaskQueue, request, POLL_TIMEOUT_MS);
  }

  /** Answers the next workflow task of `queue` with these commands. */
  async completeWorkflowTask(...commands: command.ICommand[]): Promise<void> {
    const { taskToken } = await this.pollWorkflowTask();
    await this.call(methods.RespondWorkflowTaskCompleted, {
      namespace: 'default',
      taskToken,
      commands,
      identity: 'worker',
    });
  }

  async describe(workflowId: string, runId = ''): Promise<workflowservice.DescribeWorkflowExecutionResponse> {
    return this.call(methods.DescribeWorkflowExecution, { namespace: 'default', execution: { workflowId, runId } });
  }
}

/** A JSON payload. */
export function json(value: unknown): { metadata: Record<string, Uint8Array>; data: Uint8Array } {
  return {
    metadata: { encoding: new TextEncoder().encode('json/plain') },
    data: new TextEncoder().encode(JSON.stringify(value)),
  };
}
