import type { Headers, LoadedDataConverter, TypeInfo, WorkflowSerializationContext } from '@perdure/common';
import { encodeToPayloadsWithContext } from '@perdure/common/internal/conversion';
import type { common } from '@perdure/protocol';
import type { WorkflowService } from '../types.js';

/** What every call about workflows is made with. */
export interface CallScope {
  readonly service: WorkflowService;
  readonly namespace: string;
  readonly identity: string;
  readonly dataConverter: LoadedDataConverter;
}

/** Which workflow payloads are of, for converters that want to know. */
export function serializationContext(scope: CallScope, workflowId: string): WorkflowSerializationContext {
  return { type: 'workflow', namespace: scope.namespace, workflowId };
}

/** Arguments as payloads. */
export async function encodeArguments(
  scope: CallScope,
  workflowId: string,
  args: readonly unknown[],
  types?: readonly TypeInfo[],
): Promise<common.IPayloads> {
  const context = serializationContext(scope, workflowId);
  return { payloads: await encodeToPayloadsWithContext(scope.dataConverter, context, args, types) };
}

/** Headers as a message. */
export function headerOf(fields: Headers): common.IHeader {
  return { fields: fields };
}
