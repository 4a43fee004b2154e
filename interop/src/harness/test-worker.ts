import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';
import { bundleWorkflows, type SdkName } from './workflow-bundles.js';

/** What a worker of either SDK is told, in the words of both. */
export type TestWorkerOptions = Pick<
  ours.WorkerOptions & theirs.WorkerOptions,
  | 'activities'
  | 'maxCachedWorkflows'
  | 'maxHeartbeatThrottleInterval'
  | 'shutdownGraceTime'
  | 'stickyQueueScheduleToStartTimeout'
  | 'identity'
  | 'patchActivationCallback'
  | 'dataConverter'
  | 'interceptors'
  | 'nexusServices'
> & {
  /** A module of workflows that are written with `@perdure/workflow`, in place of the suite's. */
  readonly workflowsPath?: string;
};

/** A running worker of one of the SDKs. */
export interface TestWorker {
  readonly sdk: SdkName;
  /** Shuts it down, and resolves when it has stopped. Again is no harm. */
  stop(): Promise<void>;
}

/** Starts workers of both SDKs, over one connection of each, and stops what is left of them. */
export class TestWorkers {
  private readonly running = new Set<TestWorker>();
  private readonly bundles = new Map<string, Promise<string>>();
  private ownConnection: Promise<ours.NativeConnection> | undefined;
  private officialConnection: Promise<theirs.NativeConnection> | undefined;

  constructor(
    private readonly address: string,
    /** Bundles of the suite's workflows. */
    private readonly bundlePaths: Readonly<Record<SdkName, string>>,
  ) {}

  /** The one connection of official workers. */
  official(): Promise<theirs.NativeConnection> {
    return (this.officialConnection ??= theirs.NativeConnection.connect({ address: this.address }));
  }

  /** Starts a worker, on the suite's workflows unless it is told otherwise. */
  async start(sdk: SdkName, taskQueue: string, { workflowsPath, ...rest }: TestWorkerOptions): Promise<TestWorker> {
    const workflowBundle = await this.bundleOf(sdk, workflowsPath);
    const options = { taskQueue, workflowBundle, shutdownGraceTime: 0, ...rest };
    const worker = sdk === 'perdure' ? await this.startOurs(options) : await this.startOfficial(options);
    this.running.add(worker);
    return worker;
  }

  /** Stops every worker and closes the connections. */
  async close(): Promise<void> {
    await Promise.all([...this.running].map((worker) => worker.stop()));
    await Promise.all([this.ownConnection, this.officialConnection].map(async (one) => await (await one)?.close()));
  }

  private async bundleOf(
    sdk: SdkName,
    workflowsPath: string | undefined,
  ): Promise<{ codePath: string } | { code: string }> {
    if (workflowsPath === undefined) return { codePath: this.bundlePaths[sdk] };
    const key = `${sdk} ${workflowsPath}`;
    const bundle = this.bundles.get(key) ?? bundleWorkflows(sdk, workflowsPath);
    this.bundles.set(key, bundle);
    return { code: await bundle };
  }

  private async startOurs(options: ours.WorkerOptions): Promise<TestWorker> {
    this.ownConnection ??= ours.NativeConnection.connect({ address: this.address });
    const worker = await ours.Worker.create({ connection: await this.ownConnection, ...options });
    return this.watch('perdure', worker);
  }

  private async startOfficial(options: Omit<theirs.WorkerOptions, 'connection'>): Promise<TestWorker> {
    const worker = await theirs.Worker.create({ connection: await this.official(), ...options });
    return this.watch('temporal', worker);
  }

  private watch(sdk: SdkName, worker: { run(): Promise<void>; shutdown(): void; getState(): string }): TestWorker {
    const ended = worker.run();
    const testWorker: TestWorker = {
      sdk,
      stop: async () => {
        this.running.delete(testWorker);
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await ended;
      },
    };
    return testWorker;
  }
}
