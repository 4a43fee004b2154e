import { randomUUID } from 'node:crypto';
import { enums } from '@perdure/protocol';
import { WorkflowReplay } from '@perdure/replay';
import { bundleWorkflowCode, loadWorkflowBundle, type WorkflowBundle } from './bundler/index.js';
import { Sandbox, sandboxOf } from './sandbox/index.js';
import type { CompiledWorkerOptions } from './worker-options.js';
import { ActivationQueue, patchDecision, RunCodec, SinkDispatcher, WorkflowRun } from './workflows/index.js';

/** What this SDK says it is in histories: the name is its own, the version that of the API it keeps to. */
const SDK = { name: 'perdure-typescript', version: '1.24.0' } as const;

/** Bundles the workflows of a worker, or reads the bundle; `undefined` for a worker without workflows. */
export async function workflowBundleOf(options: CompiledWorkerOptions): Promise<WorkflowBundle | undefined> {
  const { workflowBundle, workflowsPath, interceptors, dataConverter, bundlerOptions, logger } = options;
  if (workflowBundle !== undefined) return await loadWorkflowBundle(workflowBundle);
  if (workflowsPath === undefined) return undefined;
  return await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: interceptors?.workflowModules,
    payloadConverterPath: dataConverter?.payloadConverterPath,
    failureConverterPath: dataConverter?.failureConverterPath,
    ignoreModules: bundlerOptions?.ignoreModules,
    logger,
  });
}

/** Makes runs, each with its replay and its code in the sandbox; a sandbox that was lost to a deadlock is replaced. */
export class WorkflowFactory {
  private readonly queue: ActivationQueue;
  private readonly sinks: SinkDispatcher;
  private readonly decidePatch: ReturnType<typeof patchDecision> | undefined;
  private current: Sandbox;

  constructor(
    private readonly options: CompiledWorkerOptions,
    private readonly bundle: WorkflowBundle,
    private readonly registeredActivityNames: ReadonlySet<string> | undefined,
  ) {
    this.queue = new ActivationQueue((workflow) => sandboxOf(workflow) ?? this.current);
    this.sinks = new SinkDispatcher((options.sinks ?? {}) as never, options.logger, options.metricMeter);
    this.current = this.newSandbox();
    const { patchActivationCallback } = options;
    this.decidePatch = patchActivationCallback && patchDecision(patchActivationCallback);
  }

  /** A run before its first workflow task. */
  create(task: { readonly workflowId: string; readonly runId: string; readonly workflowType: string }): WorkflowRun {
    const { options } = this;
    if (this.current.isUseless) this.current = this.newSandbox();
    const sandbox = this.current;
    const { namespace, taskQueue, showStackTraceSources } = options;
    const workflow = sandbox.createWorkflow({
      namespace,
      taskQueue,
      workflowId: task.workflowId,
      workflowType: task.workflowType,
      failureErrorTypes: failureErrorTypesOf(options, task.workflowType),
      registeredActivityNames: this.registeredActivityNames,
      showStackTraceSources,
      decidePatch: this.decidePatch,
    });
    const { workflowId, runId, workflowType } = task;
    const replay = new WorkflowReplay({
      namespace,
      runId,
      sdk: SDK,
      deploymentVersion: deploymentVersionOf(options),
      nowMs: Date.now,
    });
    const { queue, sinks } = this;
    return new WorkflowRun({
      namespace,
      workflowId,
      runId,
      workflowType,
      replay,
      sandbox,
      workflow,
      queue,
      sinks,
      codec: this.codec(task.workflowId),
    });
  }

  private newSandbox(): Sandbox {
    return new Sandbox({ bundle: this.bundle, deadlockTimeoutMs: this.options.deadlockTimeoutMs });
  }

  private codec(workflowId: string): RunCodec | undefined {
    const { loadedDataConverter, namespace } = this.options;
    const { payloadCodecs } = loadedDataConverter;
    return payloadCodecs.length === 0 ? undefined : new RunCodec({ payloadCodecs, namespace, workflowId });
  }
}

const NO_TYPES: readonly string[] = [];

/** Names of the errors that fail a workflow of this type, as the options of its worker have it. */
export function failureErrorTypesOf(
  { workflowFailureErrorTypes: types }: Pick<CompiledWorkerOptions, 'workflowFailureErrorTypes'>,
  workflowType: string,
): readonly string[] {
  if (types === undefined) return NO_TYPES;
  const ofType = Object.hasOwn(types, workflowType) ? types[workflowType] : undefined;
  return [...(types['*'] ?? NO_TYPES), ...(ofType ?? NO_TYPES)];
}

/** A name that no other worker's sticky queue has. */
export function stickyQueueNameOf({ identity, taskQueue }: CompiledWorkerOptions): string {
  return `${identity}-${taskQueue}-${randomUUID()}`;
}

/** The deployment version of this worker, if it has one. */
export function deploymentVersionOf(
  options: CompiledWorkerOptions,
): { readonly deploymentName: string; readonly buildId: string } | undefined {
  const { workerDeploymentOptions, buildId } = options;
  if (workerDeploymentOptions !== undefined) {
    const { version } = workerDeploymentOptions;
    return { deploymentName: version.deploymentName, buildId: version.buildId };
  }
  return buildId === undefined ? undefined : { deploymentName: '', buildId };
}

/** What polls and answers say of the worker's version. */
export function versionFieldsOf({ workerDeploymentOptions, buildId, useVersioning = false }: CompiledWorkerOptions) {
  if (workerDeploymentOptions === undefined) {
    if (buildId === undefined) return {};
    return {
      workerVersionStamp: { buildId, useVersioning },
      workerVersionCapabilities: { buildId, useVersioning },
    };
  }
  const { version, useWorkerVersioning } = workerDeploymentOptions;
  const mode = enums.WorkerVersioningMode;
  return {
    deploymentOptions: {
      deploymentName: version.deploymentName,
      buildId: version.buildId,
      workerVersioningMode: useWorkerVersioning
        ? mode.WORKER_VERSIONING_MODE_VERSIONED
        : mode.WORKER_VERSIONING_MODE_UNVERSIONED,
    },
  };
}
