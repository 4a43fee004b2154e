import { byteLength, type Limits } from '@perdure/engine';
import type { common, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { CallbackAddresses } from '../nexus/index.js';

/** Refuses a start with callbacks that could not be kept, or that nobody could be told by. */
export function checkCallbacks(
  request: workflowservice.StartWorkflowExecutionRequest,
  limits: Limits,
  addresses: CallbackAddresses,
): void {
  const { completionCallbacks, onConflictOptions } = request;
  if (onConflictOptions?.attachCompletionCallbacks === true && !onConflictOptions.attachRequestId)
    refuse('attaching request ID is required for attaching completion callbacks');
  if (completionCallbacks.length > limits.completionCallbacks)
    refuse(`cannot attach more than ${limits.completionCallbacks} callbacks to a workflow`);
  for (const callback of completionCallbacks) checkCallback(callback, limits, addresses);
}

function checkCallback({ nexus }: common.Callback, limits: Limits, addresses: CallbackAddresses): void {
  if (nexus === undefined)
    throw new ServiceError('UNIMPLEMENTED', 'unknown callback variant: only callbacks of Nexus can be given.');
  const { url, header } = nexus;
  if (byteLength(url) > limits.callbackUrlBytes)
    refuse(`invalid url: url length longer than max length allowed of ${limits.callbackUrlBytes}`);
  const refusal = addresses.refusalOf(url);
  if (refusal !== undefined) refuse(refusal);
  let headerBytes = 0;
  for (const [name, value] of Object.entries(header)) headerBytes += byteLength(name) + byteLength(value);
  if (headerBytes > limits.nexusHeaderBytes)
    refuse(`invalid header: header size longer than max allowed size of ${limits.nexusHeaderBytes}`);
}

function refuse(message: string): never {
  throw new ServiceError('INVALID_ARGUMENT', message);
}
