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
import { enums, type common, type sdk, type workflowservice } from '@perdure/protocol';
import { nexusCallOf } from '../nexus-call.js';
import { type CallScope, encodeArguments, headerOf, serializationContext } from './call-scope.js';
import type { WorkflowSignalWithStartInput, WorkflowStartInput, WorkflowStartUpdateInput } from './interceptors.js';
import type { CompiledWorkflowOptions } from './workflow-options.js';

/** What of a start goes through converters and codecs. */
interface EncodedFields {
  readonly input: common.IPayloads;
  readonly memo?: common.IMemo | undefined;
  readonly userMetadata?: sdk.IUserMetadata | undefined;
}

/** Most starts have nothing to wait for, and get theirs at once. */
function encodedFields(
  scope: CallScope,
  workflowType: string,
  options: CompiledWorkflowOptions,
): EncodedFields | Promise<EncodedFields> {
  const { workflowId, args, typeInfo, memo, staticSummary, staticDetails } = options;
  const input = encodeArguments(scope, workflowId, args, typeInfo?.inputTypes, `workflow "${workflowType}"`);
  const isPlain = memo === undefined && staticSummary === undefined && staticDetails === undefined;
  return isPlain && !(input instanceof Promise) ? { input } : withMemoAndMetadata(scope, options, input);
}

async function withMemoAndMetadata(
  scope: CallScope,
  { workflowId, memo, staticSummary, staticDetails }: CompiledWorkflowOptions,
  input: common.IPayloads | Promise<common.IPayloads>,
): Promise<EncodedFields> {
  const { dataConverter } = scope;
  const context = serializationContext(scope, workflowId);
  return {
    input: await input,
    memo:
      memo === undefined
        ? undefined
        : { fields: await encodeMapToPayloads(dataConverter, memo, context, 'Memo field') },
    userMetadata: await encodeUserMetadata(dataConverter, staticSummary, staticDetails, context),
  };
}

/** The fields that starting and signalling with start have in common. */
function startFields(
  scope: CallScope,
  workflowType: string,
  headers: Headers,
  options: CompiledWorkflowOptions,
  { input, memo, userMetadata }: EncodedFields,
) {
  const { workflowId, retry, priority, searchAttributes, typedSearchAttributes } = options;
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
    input,
    taskQueue: { kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL, name: options.taskQueue },
    workflowExecutionTimeout: options.workflowExecutionTimeout,
    workflowRunTimeout: options.workflowRunTimeout,
    workflowTaskTimeout: options.workflowTaskTimeout,
    workflowStartDelay: options.startDelay,
    retryPolicy: retry === undefined ? undefined : compileRetryPolicy(retry),
    memo,
    searchAttributes: hasSearchAttributes
      ? { indexedFields: encodeUnifiedSearchAttributes(searchAttributes, typedSearchAttributes) }
      : undefined,
    cronSchedule: options.cronSchedule,
    header: headerOf(headers),
    userMetadata,
    priority: priority === undefined ? undefined : compilePriority(priority),
    versioningOverride: options.versioningOverride,
  };
}

/** The request that starts a workflow: at once, if there is nothing to wait for. */
export function startRequest(
  scope: CallScope,
  input: WorkflowStartInput,
): workflowservice.IStartWorkflowExecutionRequest | Promise<workflowservice.IStartWorkflowExecutionRequest> {
  const encoded = encodedFields(scope, input.workflowType, input.options);
  return encoded instanceof Promise
    ? encoded.then((fields) => startRequestOf(scope, input, fields))
    : startRequestOf(scope, input, encoded);
}

function startRequestOf(
  scope: CallScope,
  { workflowType, headers, options }: WorkflowStartInput,
  encoded: EncodedFields,
): workflowservice.IStartWorkflowExecutionRequest {
  const fields = startFields(scope, workflowType, headers, options, encoded);
  const { requestId = fields.requestId, completionCallbacks, onConflictOptions } = nexusCallOf(options) ?? {};
  const { requestEagerStart: requestEagerExecution } = options;
  // What is added comes first: V8 makes a hidden class for each copy to which fields are added (bench/README.md).
  return { completionCallbacks, onConflictOptions, requestEagerExecution, ...fields, requestId };
}

/** The request that signals a workflow and starts it if it does not run. */
export async function signalWithStartRequest(
  scope: CallScope,
  { workflowType, headers, options, signalName, signalArgs, signalTypeInfo }: WorkflowSignalWithStartInput,
): Promise<workflowservice.ISignalWithStartWorkflowExecutionRequest> {
  const signalInput = await encodeArguments(
    scope,
    options.workflowId,
    signalArgs,
    signalTypeInfo?.inputTypes,
    `signal "${signalName}"`,
  );
  const fields = startFields(scope, workflowType, headers, options, await encodedFields(scope, workflowType, options));
  return { ...fields, signalName, signalInput };
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
        args: await encodeArguments(
          scope,
          workflowExecution.workflowId,
          args,
          typeInfo?.inputTypes,
          `update "${updateName}"`,
        ),
      },
    },
  };
}
