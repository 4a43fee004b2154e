import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultDataConverter, defaultPayloadConverter } from '@perdure/common';
import type {
  ActivationCompletion,
  ActivationJob,
  InitializeWorkflowJob,
  WorkflowActivation,
  WorkflowCommand,
} from '@perdure/common/activation';
import type { WorkflowInterceptors } from '../interceptors.js';
import { setOutside, WorkflowInstance, type LoadedModules } from '../runtime/index.js';
import type { SinkCall } from '../sinks.js';

setOutside({ AsyncLocalStorage });

type Result = Extract<ActivationCompletion, { status: 'successful' }>;
type CommandOf<Kind extends WorkflowCommand['kind']> = Extract<WorkflowCommand, { kind: Kind }>;

/** How a test runs a workflow. */
export interface TestRunOptions {
  readonly interceptors?: readonly (() => WorkflowInterceptors)[];
  readonly seed?: bigint;
  readonly failureErrorTypes?: readonly string[];
  readonly memo?: InitializeWorkflowJob['memo'];
}

/** One run of a workflow function, woken up by hand: the runtime without sandbox, worker and server. */
export class TestRun {
  /** All commands, in order. */
  readonly commands: WorkflowCommand[] = [];
  readonly sinkCalls: SinkCall[] = [];
  readonly usedFlags = new Set<number>();
  private readonly instance: WorkflowInstance;
  private nowMs = 1000;

  constructor(
    workflow: (...args: never[]) => Promise<unknown>,
    private readonly options: TestRunOptions = {},
  ) {
    const { failureConverter } = defaultDataConverter;
    const modules: LoadedModules = {
      workflows: { workflow },
      interceptors: options.interceptors ?? [],
      payloadConverter: defaultPayloadConverter,
      failureConverter,
    };
    this.instance = new WorkflowInstance(
      {
        namespace: 'default',
        taskQueue: 'queue',
        load: () => modules,
        failureErrorTypes: [...(options.failureErrorTypes ?? [])],
        nowMs: () => 0,
        unsafeRandom: { random: () => 0, uuid4: () => '', fillRandom: (bytes) => bytes },
      },
      'workflow-1',
    );
  }

  /** Begins the run, with other jobs in the same activation. */
  async start(jobs: readonly ActivationJob[] = [], context: Partial<WorkflowActivation> = {}): Promise<Result> {
    return await this.wake([this.initialize(), ...jobs], context);
  }

  /** Hands over jobs and lets workflow code come to rest. Throws if the workflow task fails. */
  async wake(jobs: readonly ActivationJob[], context: Partial<WorkflowActivation> = {}): Promise<Result> {
    const completion = await this.activate(jobs, context);
    if (completion.status === 'failed') throw new Error(completion.failure.message ?? '');
    for (const flag of completion.usedInternalFlags) this.usedFlags.add(flag);
    this.commands.push(...completion.commands);
    return completion;
  }

  /** Lets timers fire, all in one activation. */
  async fire(...seqs: readonly number[]): Promise<Result> {
    return await this.wake(seqs.map((seq) => ({ kind: 'fireTimer', seq })));
  }

  async signal(signalName: string, ...args: readonly unknown[]): Promise<Result> {
    return await this.wake([signal(signalName, ...args)]);
  }

  /** The answer to a query. Throws what the handler threw. */
  async query(queryType: string, ...args: readonly unknown[]): Promise<unknown> {
    const job = { kind: 'queryWorkflow', queryId: 'q', queryType, arguments: args.map((arg) => defaultPayloadConverter.toPayload(arg)), headers: {} } as const; // prettier-ignore
    const { commands } = await this.wake([job], { isReplaying: true });
    const [answer] = commands.filter((command) => command.kind === 'respondToQuery');
    if (answer === undefined) throw new Error('no answer');
    if (answer.result.status === 'failed') throw new Error(answer.result.failure.message ?? '');
    return defaultPayloadConverter.fromPayload(answer.result.response);
  }

  /** Commands of one kind. */
  of<Kind extends WorkflowCommand['kind']>(kind: Kind): readonly CommandOf<Kind>[] {
    return this.commands.filter((command): command is CommandOf<Kind> => command.kind === kind);
  }

  /** What the workflow function gave back; throws if it did not end well. */
  get result(): unknown {
    const [failed] = this.of('failWorkflowExecution');
    if (failed !== undefined) throw new Error(failed.failure.message ?? '');
    const [completed] = this.of('completeWorkflowExecution');
    if (completed === undefined) throw new Error('The workflow has not ended');
    return completed.result === undefined ? undefined : defaultPayloadConverter.fromPayload(completed.result);
  }

  private async activate(
    jobs: readonly ActivationJob[],
    context: Partial<WorkflowActivation>,
  ): Promise<ActivationCompletion> {
    const { instance } = this;
    this.nowMs += 10;
    instance.begin({
      ...{ runId: 'run-1', timestampMs: this.nowMs, isReplaying: false, historyLength: 3, historySizeBytes: 0 },
      ...{ continueAsNewSuggested: false, suggestContinueAsNewReasons: [], lastSdkVersion: '' },
      ...{ targetWorkerDeploymentVersionChanged: false, availableInternalFlags: [...this.usedFlags], jobs },
      deploymentVersionForCurrentTask: undefined,
      ...context,
    });
    do await rest();
    while (instance.step());
    const completion = instance.conclude();
    this.sinkCalls.push(...instance.takeSinkCalls());
    return completion;
  }

  private initialize(): InitializeWorkflowJob {
    const { seed = 7n, memo = {} } = this.options;
    return {
      kind: 'initializeWorkflow',
      ...{ workflowType: 'workflow', workflowId: 'workflow-1', arguments: [], randomnessSeed: () => seed, headers: {} },
      ...{ identity: '', continuedFromExecutionRunId: '', continuedInitiator: 0, lastCompletionResult: [] },
      ...{ firstExecutionRunId: 'run-1', originalExecutionRunId: 'run-1', attempt: 1, cronSchedule: '', memo },
      ...{ searchAttributes: {}, startTimeMs: 1000 },
    };
  }
}

/** A signal as it reaches the run. */
export function signal(signalName: string, ...args: readonly unknown[]): ActivationJob {
  const input = args.map((arg) => defaultPayloadConverter.toPayload(arg));
  return { kind: 'signalWorkflow', signalName, input, identity: '', headers: {}, originatingEventId: 5 };
}

/** An update as it reaches the run. */
export function update(name: string, id: string, ...args: readonly unknown[]): ActivationJob {
  const input = args.map((arg) => defaultPayloadConverter.toPayload(arg));
  const meta = { updateId: id, identity: '' };
  return { kind: 'doUpdate', id, protocolInstanceId: id, name, input, headers: {}, meta, runValidator: true };
}

/** Microtasks have run. */
async function rest(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
