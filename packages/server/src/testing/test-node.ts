import { services as api, type command, type common, type history, type workflowservice } from '@perdure/protocol';
import { enums, type query, type update } from '@perdure/protocol';
import { InProcessTransport, ServiceError, type CallableMethod } from '../api/index.js';
import { createServices } from '../main/create-services.js';
import type { ServerOptions } from '../main/options.js';
import type { NexusCaller, PostCompletion } from '../nexus/index.js';
import { silentLogger } from '../observability/index.js';
import { allMethods, ensureNamespace, type Services } from '../service/index.js';
import { MemoryDisk, openStore, type MemoryFaults, type Store } from '../store/index.js';
import { ManualClock, quiet } from './manual-clock.js';

const { methods } = api.WorkflowService;
const POLL_TIMEOUT_MS = 60_000;

/** How a node is made. */
export interface TestNodeOptions extends Pick<ServerOptions, 'limits' | 'cacheSizeBytes' | 'callbackAddresses'> {
  readonly nexusCaller?: NexusCaller;
  readonly postCompletion?: PostCompletion;
  readonly disk?: MemoryDisk;
  readonly clock?: ManualClock;
  readonly faults?: MemoryFaults;
  readonly shardCount?: number;
  /** Puts faults into the reads of the store, which `faults` does not reach. */
  readonly wrapStore?: (store: Store) => void;
}

/** What a worker gets with a workflow task. */
export type WorkflowTask = workflowservice.PollWorkflowTaskQueueResponse;
/** What a worker gets with an activity task. */
export type ActivityTask = workflowservice.PollActivityTaskQueueResponse;

/** A server as it is composed for production, on a simulated disk and clock, and called without a transport. */
export class TestNode {
  readonly fatal: Error[] = [];

  private constructor(
    readonly services: Services,
    readonly clock: ManualClock,
    readonly disk: MemoryDisk,
    readonly store: Store,
    private readonly transport: InProcessTransport,
  ) {}

  static async open(options: TestNodeOptions = {}): Promise<TestNode> {
    const { clock = new ManualClock(), disk = new MemoryDisk(), faults, shardCount, limits, cacheSizeBytes } = options;
    const store = await openStore({ kind: 'memory', clusterId: 'test', disk, faults, shardCount });
    options.wrapStore?.(store);
    const onFatal = (error: Error): void => void node.fatal.push(error);
    const { nexusCaller, postCompletion, callbackAddresses = [{ pattern: '*' }] } = options;
    const nexus = { nexusCaller, postCompletion, callbackAddresses };
    const settings = { clock, onFatal, ...nexus, ...(limits && { limits }), ...(cacheSizeBytes && { cacheSizeBytes }) };
    const { services } = createServices(settings, store, silentLogger);
    const transport = new InProcessTransport({ methods: allMethods(services), clock });
    const node = new TestNode(services, clock, disk, store, transport);
    await services.namespaces.load();
    await services.nexusEndpoints.load();
    await ensureNamespace(services, 'default');
    await services.host.open();
    services.schedules.open();
    await services.batches.resume();
    return node;
  }

  /** Stops as a server does, and leaves the disk to the next one. */
  async stop(): Promise<void> {
    this.services.matching.stop();
    this.services.nexusTasks.stop();
    this.services.nexusDelivery.stop();
    await this.services.schedules.stop();
    await this.services.batches.stop();
    await this.services.host.stop();
    await this.store.close();
  }

  /** Gone in the middle of whatever it was doing. The disk keeps what was synced. */
  losePower(): void {
    this.services.matching.stop();
    this.services.nexusTasks.stop();
    this.services.nexusDelivery.stop();
    void this.services.schedules.stop();
    this.disk.losePower();
  }

  get namespaceId(): string {
    return this.services.namespaces.resolve('default').id;
  }

  call<Request, Response>(
    method: CallableMethod<Request, Response>,
    request: Request,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Response> {
    return this.transport.call(method, request, options);
  }

  start(workflowId: string, request: workflowservice.IStartWorkflowExecutionRequest = {}): Promise<string> {
    const defaults = { namespace: 'default', workflowId, workflowType: { name: 'type' }, taskQueue: { name: 'queue' } };
    return this.call(methods.StartWorkflowExecution, { ...defaults, ...request }).then(({ runId }) => runId);
  }

  signal(workflowId: string, signalName = 'signal'): Promise<unknown> {
    const workflowExecution = { workflowId };
    return this.call(methods.SignalWorkflowExecution, { namespace: 'default', workflowExecution, signalName });
  }

  terminate(workflowId: string, runId = ''): Promise<unknown> {
    const workflowExecution = { workflowId, runId };
    return this.call(methods.TerminateWorkflowExecution, { namespace: 'default', workflowExecution });
  }

  delete(workflowId: string, runId = ''): Promise<unknown> {
    return this.call(methods.DeleteWorkflowExecution, {
      namespace: 'default',
      workflowExecution: { workflowId, runId },
    });
  }

  pollWorkflowTask(queue = 'queue', signal?: AbortSignal): Promise<WorkflowTask> {
    const request = { namespace: 'default', taskQueue: { name: queue }, identity: 'worker' };
    const timeoutMs = POLL_TIMEOUT_MS;
    return this.call(
      methods.PollWorkflowTaskQueue,
      request,
      signal === undefined ? { timeoutMs } : { timeoutMs, signal },
    );
  }

  pollActivityTask(queue = 'queue', signal?: AbortSignal): Promise<ActivityTask> {
    const request = { namespace: 'default', taskQueue: { name: queue }, identity: 'activity-worker' };
    const timeoutMs = POLL_TIMEOUT_MS;
    return this.call(
      methods.PollActivityTaskQueue,
      request,
      signal === undefined ? { timeoutMs } : { timeoutMs, signal },
    );
  }

  complete(
    { taskToken }: Pick<WorkflowTask, 'taskToken'>,
    commands: readonly command.ICommand[] = [],
    rest: workflowservice.IRespondWorkflowTaskCompletedRequest = {},
  ): Promise<workflowservice.RespondWorkflowTaskCompletedResponse> {
    return this.call(methods.RespondWorkflowTaskCompleted, { namespace: 'default', taskToken, commands, ...rest });
  }

  completeActivity({ taskToken }: Pick<ActivityTask, 'taskToken'>): Promise<unknown> {
    return this.call(methods.RespondActivityTaskCompleted, { namespace: 'default', taskToken });
  }

  query(workflowId: string, timeoutMs = 10_000): Promise<workflowservice.QueryWorkflowResponse> {
    const asked: query.IWorkflowQuery = { queryType: 'state' };
    const execution = { workflowId };
    return this.call(methods.QueryWorkflow, { namespace: 'default', execution, query: asked }, { timeoutMs });
  }

  update(
    workflowId: string,
    updateId: string,
    lifecycleStage: enums.UpdateWorkflowExecutionLifecycleStage,
    timeoutMs = 10_000,
  ): Promise<workflowservice.UpdateWorkflowExecutionResponse> {
    const request: update.IRequest = { meta: { updateId }, input: { name: 'update' } };
    const asked = { namespace: 'default', workflowExecution: { workflowId }, request, waitPolicy: { lifecycleStage } };
    return this.call(methods.UpdateWorkflowExecution, asked, { timeoutMs });
  }

  describe(workflowId: string, runId = ''): Promise<workflowservice.DescribeWorkflowExecutionResponse> {
    return this.call(methods.DescribeWorkflowExecution, { namespace: 'default', execution: { workflowId, runId } });
  }

  async history(workflowId: string, runId = ''): Promise<readonly history.HistoryEvent[]> {
    const request = { namespace: 'default', execution: { workflowId, runId } };
    const response = await this.call(methods.GetWorkflowExecutionHistory, request);
    return response.history?.events ?? [];
  }

  /** The events of a run by their names, without prefix: `WORKFLOW_EXECUTION_STARTED`. */
  async eventNames(workflowId: string, runId = ''): Promise<string[]> {
    return (await this.history(workflowId, runId)).map(({ eventType }) => eventName(eventType));
  }
}

/** `TIMER_FIRED` of `EVENT_TYPE_TIMER_FIRED`. */
export function eventName(eventType: enums.EventType): string {
  const found = Object.entries(enums.EventType).find(([, value]) => value === eventType);
  return (found?.[0] ?? 'UNKNOWN').replace('EVENT_TYPE_', '');
}

/** What becomes of a promise when everything has happened that can happen without time passing. */
export async function outcome<Value>(promise: Promise<Value>): Promise<Value | 'pending' | string> {
  let settled: Value | string = 'pending';
  promise.then(
    (value) => (settled = value),
    (error: unknown) => (settled = refusalOf(error)),
  );
  await quiet();
  return settled;
}

/** `CODE` of the error a promise is rejected with, or `OK`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'OK';
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): string {
  if (error instanceof ServiceError) return error.code;
  throw error;
}

/** A payload of JSON. */
export function payloads(...values: unknown[]): common.IPayloads {
  const encoder = new TextEncoder();
  const metadata = { encoding: encoder.encode('json/plain') };
  return { payloads: values.map((value) => ({ metadata, data: encoder.encode(JSON.stringify(value)) })) };
}
