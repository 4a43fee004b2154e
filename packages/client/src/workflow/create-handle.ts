import type {
  PayloadTypeInfo,
  QueryDefinition,
  SignalDefinition,
  SignalTypeInfo,
  TypeInfo,
  UpdateDefinition,
  Workflow,
  WorkflowResultType,
} from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import { decodeUserMetadata } from '@perdure/common/internal/conversion';
import type { update } from '@perdure/protocol';
import type { Any } from '../any.js';
import { withNexusCallOf } from '../nexus-call.js';
import { encodeQueryRejectCondition, type QueryRejectCondition, type WorkflowExecution } from '../types.js';
import { type CallScope, serializationContext } from './call-scope.js';
import { executionInfoFromRaw } from './execution-info.js';
import type { WorkflowClientInterceptor } from './interceptors.js';
import { fetchHistory } from './listing.js';
import { cancelWorkflow, describeWorkflow, signalWorkflow, terminateWorkflow } from './outside-calls.js';
import { queryWorkflow } from './query.js';
import { WorkflowUpdateStage } from './update-stage.js';
import { pollUpdateOutcome, readOutcome, startUpdate } from './updates.js';
import type { WorkflowClient } from './workflow-client.js';
import type { GetWorkflowHandleOptions, WorkflowHandle, WorkflowUpdateHandle } from './workflow-handle.js';
import type { WorkflowUpdateOptions } from './workflow-options.js';

/** What a handle is made of. */
export interface HandleScope extends GetWorkflowHandleOptions {
  readonly calls: CallScope;
  readonly client: WorkflowClient;
  readonly queryRejectCondition: QueryRejectCondition;
  readonly interceptors: readonly WorkflowClientInterceptor[];
  readonly workflowId: string;
  /** The run that calls go to; the latest one without. */
  readonly runId?: string;
  /** The run whose result, or the result of the chain after it, is meant. */
  readonly runIdForResult?: string;
}

type UpdateCallOptions = WorkflowUpdateOptions & { readonly args?: readonly unknown[] };

/** A handle to a workflow. */
export function createWorkflowHandle<T extends Workflow>(scope: HandleScope): WorkflowHandle<T> {
  const { client, workflowId, runIdForResult, followRuns, typeInfo } = scope;
  const handle = {
    client,
    workflowId,
    result: (): Promise<WorkflowResultType<T>> =>
      client.result<T>(workflowId, runIdForResult, { followRuns, typeInfo }),
    ...controls(scope),
    ...messages(scope),
    ...updates(scope),
  };
  return handle as unknown as WorkflowHandle<T>;
}

function executionOf({ workflowId, runId }: HandleScope): WorkflowExecution {
  return { workflowId, runId };
}

function controls(scope: HandleScope) {
  const { calls, interceptors, firstExecutionRunId } = scope;
  const workflowExecution = executionOf(scope);
  return {
    async terminate(reason?: string) {
      const next = composeInterceptors(interceptors, 'terminate', (input) => terminateWorkflow(calls, input));
      return next({ workflowExecution, reason, firstExecutionRunId });
    },
    async cancel() {
      const next = composeInterceptors(interceptors, 'cancel', (input) => cancelWorkflow(calls, input));
      return next({ workflowExecution, firstExecutionRunId });
    },
    async describe() {
      const next = composeInterceptors(interceptors, 'describe', (input) => describeWorkflow(calls, input));
      const raw = await next({ workflowExecution });
      const info = await executionInfoFromRaw(
        raw.workflowExecutionInfo ?? {},
        calls.dataConverter,
        raw,
        calls.namespace,
      );
      const context = serializationContext(calls, scope.workflowId);
      const metadata = () => decodeUserMetadata(calls.dataConverter, raw.executionConfig?.userMetadata, context);
      return {
        ...info,
        staticSummary: async () => (await metadata()).staticSummary,
        staticDetails: async () => (await metadata()).staticDetails,
      };
    },
    fetchHistory: () => fetchHistory(calls, workflowExecution),
  };
}

function messages(scope: HandleScope) {
  const { calls, interceptors } = scope;
  const workflowExecution = executionOf(scope);
  const sendSignal = (signalName: string, args: unknown[], typeInfo?: SignalTypeInfo): Promise<void> => {
    const next = composeInterceptors(interceptors, 'signal', (input) => signalWorkflow(calls, input));
    return next(withNexusCallOf(scope, { workflowExecution, signalName, args, typeInfo, headers: {} }));
  };
  const sendQuery = (queryType: string, args: unknown[], typeInfo?: PayloadTypeInfo): Promise<unknown> => {
    const next = composeInterceptors(interceptors, 'query', (input) => queryWorkflow(calls, input));
    const queryRejectCondition = encodeQueryRejectCondition(scope.queryRejectCondition);
    return next(
      withNexusCallOf(scope, { workflowExecution, queryRejectCondition, queryType, args, typeInfo, headers: {} }),
    );
  };
  return {
    signal: async (definition: SignalDefinition<Any[]> | string, ...args: unknown[]) =>
      typeof definition === 'string'
        ? sendSignal(definition, args)
        : sendSignal(definition.name, args, definition.typeInfo),
    signalWithOptions: async (name: string, options: { args?: unknown[]; typeInfo?: SignalTypeInfo }) =>
      sendSignal(name, options.args ?? [], options.typeInfo),
    query: async (definition: QueryDefinition<unknown, Any[]> | string, ...args: unknown[]) =>
      typeof definition === 'string'
        ? sendQuery(definition, args)
        : sendQuery(definition.name, args, definition.typeInfo),
    queryWithOptions: async (name: string, options: { args?: unknown[]; typeInfo?: PayloadTypeInfo }) =>
      sendQuery(name, options.args ?? [], options.typeInfo),
  };
}

function updates(scope: HandleScope) {
  const { calls, interceptors, workflowId, firstExecutionRunId } = scope;
  const send = async (
    waitForStage: WorkflowUpdateStage,
    definition: UpdateDefinition<unknown, Any[]> | string,
    { args = [], updateId, typeInfo }: UpdateCallOptions = {},
  ): Promise<WorkflowUpdateHandle<unknown>> => {
    const next = composeInterceptors(interceptors, 'startUpdate', (input) => startUpdate(calls, waitForStage, input));
    const input = {
      workflowExecution: executionOf(scope),
      firstExecutionRunId,
      updateName: typeof definition === 'string' ? definition : definition.name,
      args: [...args],
      typeInfo: typeof definition === 'string' ? typeInfo : definition.typeInfo,
      headers: {},
      options: { updateId },
    };
    const output = await next(withNexusCallOf(scope, input));
    const execution = { workflowId, runId: output.workflowRunId };
    return updateHandle(calls, output.updateId, execution, output.outcome, output.outputTypeInfo);
  };
  return {
    async executeUpdate(definition: UpdateDefinition<unknown, Any[]> | string, options?: UpdateCallOptions) {
      return (await send(WorkflowUpdateStage.COMPLETED, definition, options)).result();
    },
    async startUpdate(
      definition: UpdateDefinition<unknown, Any[]> | string,
      options: UpdateCallOptions & { readonly waitForStage: WorkflowUpdateStage },
    ) {
      return send(options.waitForStage, definition, options);
    },
    getUpdateHandle(updateId: string, options?: { workflowRunId?: string; typeInfo?: PayloadTypeInfo }) {
      const execution = { workflowId, runId: options?.workflowRunId ?? scope.runId };
      return updateHandle(calls, updateId, execution, undefined, options?.typeInfo?.outputType);
    },
  };
}

/** A handle to an update, whose outcome may be known already. */
export function updateHandle<Ret>(
  calls: CallScope,
  updateId: string,
  execution: WorkflowExecution,
  knownOutcome: update.IOutcome | undefined,
  outputType: TypeInfo | undefined,
): WorkflowUpdateHandle<Ret> {
  const { workflowId, runId } = execution;
  return {
    updateId,
    workflowId,
    workflowRunId: runId,
    async result() {
      const outcome = knownOutcome ?? (await pollUpdateOutcome(calls, updateId, execution));
      return (await readOutcome(calls, workflowId, outcome, outputType)) as Ret;
    },
  };
}
