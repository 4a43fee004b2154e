import { randomUUID } from 'node:crypto';
import {
  compilePriority,
  compileRetryPolicy,
  encodeWorkflowIdConflictPolicy,
  encodeWorkflowIdReusePolicy,
  type Headers,
} from '@perdure/common';
import { encodeUnifiedSearchAttributes } from '@perdure/common/internal';
import { encodeMapToPayloads, encodeUserMetadata } from '@perdure/common/internal/conversion';
import { enums, type workflowservice } from '@perdure/protocol';
import { nexusCallOf } from '../nexus-call.js';
import { type CallScope, encodeArguments, headerOf, serializationContext } from './call-scope.js';
import type { WorkflowSignalWithStartInput, WorkflowStartInput, WorkflowStartUpdateInput } from './interceptors.js';
import type { CompiledWorkflowOptions } from './workflow-options.js';

/** The fields that starting and signalling with start have in common. */
async function startFields(scope: CallScope, workflowType: string, headers: Headers, options: CompiledWorkflowOptions) {
  const { workflowId, memo, retry, priority, searchAttributes, typedSearchAttributes } = options;
  const context = serializationContext(scope, workflowId);
  const hasSearchAttributes = searchAttributes !== undefined || typedSearchAttributes !== undefined;
  return {
    namespace: scope.namespace,
    identity: scope.identity,
    requestId: randomUUID(),
    links: nexusCallOf(options)?.links,
    workflowId,
    workflowIdReusePolicy: encodeWorkflowIdReusePolicy(options.workflowIdReusePolicy),
    workflowIdConflictPolicy: encodeWorkflowIdConflictPolicy(options.workflowIdConflictPolicy),
    workflowType: { name: workflowType },
    input: await encodeArguments(scope, workflowId, options.args, options.typeInfo?.inputTypes),
    taskQueue: { kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL, name: options.taskQueue },
    workflowExecutionTimeout: options.workflowExecutionTimeout,
    workflowRunTimeout: options.workflowRunTimeout,
    workflowTaskTimeout: options.workflowTaskTimeout,
    workflowStartDelay: options.startDelay,
    retryPolicy: retry === undefined ? undefined : compileRetryPolicy(retry),
    memo: memo === undefined ? undefined : { fields: await encodeMapToPayloads(scope.dataConverter, memo, context) },
    searchAttributes: hasSearchAttributes
      ? { indexedFields: encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes) }
      : undefined,
    cronSchedule: options.cronSchedule,
    header: headerOf(headers),
    userMetadata: await encodeUserMetadata(scope.dataConverter, options.staticSummary, options.staticDetails, context),
    priority: priority === undefined ? undefined : compilePriority(priority),
    versioningOverride: options.versioningOverride,
  };
}

/** The request that starts a workflow. */
export async function startRequest(
  scope: CallScope,
  { workflowType, headers, options }: WorkflowStartInput,
): Promise<workflowservice.IStartWorkflowExecutionRequest> {
  const fields = await startFields(scope, workflowType, headers, options);
  const { requestId = fields.requestId, completionCallbacks, onConflictOptions } = nexusCallOf(options) ?? {};
  const { requestEagerStart: requestEagerExecution } = options;
  return { ...fields, requestId, completionCallbacks, onConflictOptions, requestEagerExecution };
}

/** The request that signals a workflow and starts it if it does not run. */
export async function signalWithStartRequest(
  scope: CallScope,
  { workflowType, headers, options, signalName, signalArgs, signalTypeInfo }: WorkflowSignalWithStartInput,
): Promise<workflowservice.ISignalWithStartWorkflowExecutionRequest> {
  const signalInput = await encodeArguments(scope, options.workflowId, signalArgs, signalTypeInfo?.inputTypes);
  return { ...(await startFields(scope, workflowType, headers, options)), signalName, signalInput };
}

/** The request that sends an update and waits until it has come to a stage. */
export async function updateRequest(
  scope: CallScope,
  lifecycleStage: enums.UpdateWorkflowExecutionLifecycleStage | undefined,
  input: WorkflowStartUpdateInput,
): Promise<workflowservice.IUpdateWorkflowExecutionRequest> {
  const { workflowExecution, firstExecutionRunId, updateName, args, typeInfo, headers, options } = input;
  const { requestId, completionCallbacks, links } = nexusCallOf(input) ?? {};
  return {
    namespace: scope.namespace,
    workflowExecution,
    firstExecutionRunId,
    waitPolicy: { lifecycleStage },
    request: {
      meta: { updateId: options.updateId ?? randomUUID(), identity: scope.identity },
      requestId,
      completionCallbacks,
      links,
      input: {
        header: headerOf(headers),
        name: updateName,
        args: await encodeArguments(scope, workflowExecution.workflowId, args, typeInfo?.inputTypes),
      },
    },
  };
}
