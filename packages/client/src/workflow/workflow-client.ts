import {
  extractWorkflowTypeAndConfig,
  type PayloadTypeInfo,
  type UpdateDefinition,
  type WithWorkflowArgs,
  type Workflow,
  type WorkflowResultType,
} from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type { Any } from '../any.js';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from '../base-client.js';
import {
  type CountWorkflowExecution,
  type InternalConnectionLike,
  InternalConnectionLikeSymbol,
  QueryRejectCondition,
  type WorkflowService,
} from '../types.js';
import type { CallScope } from './call-scope.js';
import { createWorkflowHandle, type HandleScope, updateHandle } from './create-handle.js';
import {
  type WorkflowClientInterceptor,
  type WorkflowClientInterceptors,
  withStartDetails,
  type WorkflowStartUpdateWithStartInput,
} from './interceptors.js';
import { countWorkflows, listWorkflows } from './listing.js';
import { signalWithStart, startWorkflow } from './outside-calls.js';
import { workflowResult } from './result.js';
import { WorkflowUpdateStage } from './update-stage.js';
import { startUpdateWithStart } from './updates.js';
import { takeStartOperation, type WithStartWorkflowOperation } from './with-start-operation.js';
import type {
  AsyncWorkflowListIterable,
  GetWorkflowHandleOptions,
  ListOptions,
  WorkflowHandle,
  WorkflowHandleWithSignaledRunId,
  WorkflowHandleWithStartDetails,
  WorkflowResultOptions,
  WorkflowUpdateHandle,
} from './workflow-handle.js';

import {
  assertRequiredWorkflowOptions,
  compileWorkflowOptions,
  type CompiledWorkflowOptions,
  type WorkflowOptions,
  type WorkflowSignalWithStartOptions,
  type WorkflowStartOptions,
  type WorkflowUpdateOptions,
} from './workflow-options.js';

/** How a client for workflows is made. */
export interface WorkflowClientOptions extends BaseClientOptions {
  /** Go around the calls of this client, the first one outermost. */
  interceptors?: WorkflowClientInterceptors | WorkflowClientInterceptor[];
  /** Which executions queries are not put to; none by default. */
  queryRejectCondition?: QueryRejectCondition;
}

/** Options with everything filled in. */
export type LoadedWorkflowClientOptions = LoadedWithDefaults<WorkflowClientOptions>;

type UpdateWithStartOptions<T extends Workflow, Args> = WorkflowUpdateOptions & {
  args?: Args;
  startWorkflowOperation: WithStartWorkflowOperation<T>;
};

/** Starts workflows and makes handles to them. */
export class WorkflowClient extends BaseClient {
  readonly options: LoadedWorkflowClientOptions;
  private readonly scope: CallScope;

  constructor(options?: WorkflowClientOptions) {
    super(options);
    const filledIn = withBaseDefaults(options);
    this.options = {
      ...filledIn,
      interceptors: options?.interceptors ?? [],
      queryRejectCondition: options?.queryRejectCondition ?? QueryRejectCondition.NONE,
      loadedDataConverter: this.dataConverter,
    };
    const { namespace, identity } = filledIn;
    this.scope = { service: this.workflowService, namespace, identity, dataConverter: this.dataConverter };
  }

  /** Every method of the workflow service. The namespace of this client is not filled in. */
  get workflowService(): WorkflowService {
    return this.connection.workflowService;
  }

  /**
   * Starts a workflow. Rejects with `WorkflowExecutionAlreadyStartedError` if the id is taken and the policies in the
   * options do not say what to do then.
   */
  async start<T extends Workflow>(
    workflowTypeOrFunc: string | T,
    options: WorkflowStartOptions<T>,
  ): Promise<WorkflowHandleWithStartDetails<T>> {
    const { workflowId, followRuns, typeInfo, interceptors, started } = this.begin(workflowTypeOrFunc, options);
    const { runId, eagerlyStarted } = await started;
    const handle = this.handle<T>(workflowId, {
      firstExecutionRunId: runId,
      runIdForResult: runId,
      followRuns,
      typeInfo,
      interceptors,
    });
    return Object.assign(handle, { firstExecutionRunId: runId, eagerlyStarted });
  }

  /** Starts a workflow and waits for its result. */
  async execute<T extends Workflow>(
    workflowTypeOrFunc: string | T,
    options: WorkflowStartOptions<T>,
  ): Promise<WorkflowResultType<T>> {
    const { workflowId, followRuns, typeInfo, started } = this.begin(workflowTypeOrFunc, options);
    const { runId } = await started;
    return await this.result<T>(workflowId, runId, { followRuns, typeInfo });
  }

  /** Signals a workflow, and starts it first if it does not run. */
  async signalWithStart<WorkflowFn extends Workflow, SignalArgs extends Any[] = []>(
    workflowTypeOrFunc: string | WorkflowFn,
    options: WithWorkflowArgs<WorkflowFn, WorkflowSignalWithStartOptions<SignalArgs>>,
  ): Promise<WorkflowHandleWithSignaledRunId<WorkflowFn>> {
    const { signal, signalArgs, signalTypeInfo, ...rest } = options as WorkflowSignalWithStartOptions<Any[]> &
      WorkflowOptions;
    const { type, typeInfo } = extractWorkflowTypeAndConfig(workflowTypeOrFunc, rest.typeInfo);
    const compiled = this.compile(rest, typeInfo);
    const { workflowId, followRuns } = compiled;
    const interceptors = this.interceptorsOf(workflowId);
    const next = composeInterceptors(interceptors, 'signalWithStart', (input) => signalWithStart(this.scope, input));
    const runId = await next({
      workflowType: type,
      headers: {},
      options: compiled,
      signalName: typeof signal === 'string' ? signal : signal.name,
      signalArgs: signalArgs ?? [],
      signalTypeInfo: typeof signal === 'string' ? signalTypeInfo : signal.typeInfo,
    });
    // No first run: the signal may have gone to a chain that began before it.
    const handle = this.handle<WorkflowFn>(workflowId, { runIdForResult: runId, followRuns, typeInfo, interceptors });
    return Object.assign(handle, { signaledRunId: runId });
  }

  /** Starts a workflow, unless it runs, sends it an update, and waits for the update's result. */
  async executeUpdateWithStart<T extends Workflow, Ret, Args extends Any[]>(
    updateDef: UpdateDefinition<Ret, Args> | string,
    updateOptions: UpdateWithStartOptions<T, Args>,
  ): Promise<Ret> {
    const handle = await this.updateWithStart(WorkflowUpdateStage.COMPLETED, updateDef, updateOptions);
    return handle.result();
  }

  /** Starts a workflow, unless it runs, sends it an update, and waits until the update is accepted. */
  async startUpdateWithStart<T extends Workflow, Ret, Args extends Any[]>(
    updateDef: UpdateDefinition<Ret, Args> | string,
    updateOptions: UpdateWithStartOptions<T, Args> & { waitForStage: 'ACCEPTED' },
  ): Promise<WorkflowUpdateHandle<Ret>> {
    return this.updateWithStart(updateOptions.waitForStage, updateDef, updateOptions);
  }

  /** Waits for the result of a workflow. Rejects with `WorkflowFailedError` if it does not complete. */
  result<T extends Workflow>(
    workflowId: string,
    runId?: string,
    opts?: WorkflowResultOptions,
  ): Promise<WorkflowResultType<T>> {
    const { followRuns = true, typeInfo } = opts ?? {};
    const question = { workflowId, runId, followRuns, outputType: typeInfo?.outputType };
    return workflowResult(this.scope, question) as Promise<WorkflowResultType<T>>;
  }

  /** A handle to a workflow, which need not exist. Without a run id it means the latest run at the time of each call. */
  getHandle<T extends Workflow>(
    workflowId: string,
    runId?: string,
    options?: GetWorkflowHandleOptions,
  ): WorkflowHandle<T> {
    const interceptors = this.interceptorsOf(workflowId, runId);
    const runIdForResult = runId ?? options?.firstExecutionRunId;
    return this.handle(workflowId, { ...options, runId, runIdForResult, interceptors });
  }

  /** The executions that match a query of the visibility language; all of the namespace without one. */
  list(options: ListOptions = {}): AsyncWorkflowListIterable {
    return listWorkflows(this.scope, options);
  }

  /** How many executions match a query. */
  async count(query?: string): Promise<CountWorkflowExecution> {
    return countWorkflows(this.scope, query);
  }

  /** Starts a workflow; gives what its handle and its result are made of while the server has not answered yet. */
  private begin<T extends Workflow>(workflowTypeOrFunc: string | T, options: WorkflowStartOptions<T>) {
    const { type, typeInfo } = extractWorkflowTypeAndConfig(workflowTypeOrFunc, options.typeInfo);
    const compiled = this.compile(options, typeInfo);
    const { workflowId, followRuns } = compiled;
    if (compiled.requestEagerStart === true) this.assertEagerStart();
    const interceptors = this.interceptorsOf(workflowId);
    const next = composeInterceptors(interceptors, 'startWithDetails', (input) => startWorkflow(this.scope, input));
    const started = next({ workflowType: type, headers: {}, options: compiled });
    return { workflowId, followRuns, typeInfo, interceptors, started };
  }

  private async updateWithStart<T extends Workflow, Ret, Args extends Any[]>(
    waitForStage: WorkflowUpdateStage,
    updateDef: UpdateDefinition<Ret, Args> | string,
    { startWorkflowOperation, args, updateId, typeInfo: callSiteTypeInfo }: UpdateWithStartOptions<T, Args>,
  ): Promise<WorkflowUpdateHandle<Ret>> {
    const { workflowTypeOrFunc, options } = startWorkflowOperation;
    const { type, typeInfo } = extractWorkflowTypeAndConfig(workflowTypeOrFunc, options.typeInfo);
    const compiled = this.compile(options, typeInfo);
    const { workflowId, followRuns } = compiled;
    const started = takeStartOperation(startWorkflowOperation);
    const interceptors = this.interceptorsOf(workflowId);
    const input: WorkflowStartUpdateWithStartInput = {
      workflowType: type,
      workflowStartOptions: compiled,
      workflowStartHeaders: {},
      updateName: typeof updateDef === 'string' ? updateDef : updateDef.name,
      updateArgs: args ?? [],
      updateTypeInfo: typeof updateDef === 'string' ? callSiteTypeInfo : updateDef.typeInfo,
      updateOptions: { updateId },
      updateHeaders: {},
    };
    const listener = {
      onStart: ({ runId }: { readonly runId: string }) =>
        started.resolve(
          this.handle<T>(workflowId, {
            firstExecutionRunId: runId,
            runIdForResult: runId,
            followRuns,
            typeInfo,
            interceptors,
          }),
        ),
      onStartError: started.reject,
    };
    const next = composeInterceptors(interceptors, 'startUpdateWithStart', (passedOn) =>
      startUpdateWithStart(this.scope, waitForStage, listener, passedOn),
    );
    try {
      const { updateId: id, updateOutcome, updateOutputTypeInfo, workflowExecution } = await next(input);
      return updateHandle(this.scope, id, workflowExecution, updateOutcome, updateOutputTypeInfo);
    } catch (error) {
      // An interceptor that throws before the call is made leaves nobody else to say so.
      started.reject(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  private handle<T extends Workflow>(
    workflowId: string,
    options: Omit<HandleScope, 'calls' | 'client' | 'queryRejectCondition' | 'workflowId'>,
  ): WorkflowHandle<T> {
    const { queryRejectCondition } = this.options;
    return createWorkflowHandle<T>({
      ...options,
      workflowId,
      queryRejectCondition,
      calls: this.scope,
      client: this,
    });
  }

  private compile(
    options: WorkflowOptions & { readonly args?: readonly unknown[] },
    typeInfo: PayloadTypeInfo | undefined,
  ): CompiledWorkflowOptions {
    assertRequiredWorkflowOptions(options);
    return { ...compileWorkflowOptions(options), args: [...(options.args ?? [])], typeInfo };
  }

  private assertEagerStart(): void {
    const connection: InternalConnectionLike = this.connection;
    if (connection[InternalConnectionLikeSymbol]?.supportsEagerStart === true) return;
    throw new TypeError(
      'requestEagerStart needs the NativeConnection of a worker in this process: give it to this client as connection',
    );
  }

  private interceptorsOf(workflowId: string, runId?: string): WorkflowClientInterceptor[] {
    const { interceptors } = this.options;
    const own = Array.isArray(interceptors)
      ? interceptors
      : (interceptors.calls ?? []).map((create) => create({ workflowId, runId }));
    return own.map(withStartDetails);
  }
}
