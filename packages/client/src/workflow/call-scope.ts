import type { Headers, LoadedDataConverter, TypeInfo, WorkflowSerializationContext } from '@perdure/common';
import { toPayloadsWithContext } from '@perdure/common';
import { encode } from '@perdure/common/internal/conversion';
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

/** Arguments as payloads: at once, if there are no codecs. Errors say whose they are, as in `signal "close"`. */
export function encodeArguments(
  scope: CallScope,
  workflowId: string,
  args: readonly unknown[],
  types: readonly TypeInfo[] | undefined,
  whose: string,
): common.IPayloads | Promise<common.IPayloads> {
  const { payloadConverter, payloadCodecs } = scope.dataConverter;
  const context = serializationContext(scope, workflowId);
  const payloads = toPayloadsWithContext(payloadConverter, context, args, types, whose);
  if (payloads === undefined || payloadCodecs.length === 0) return { payloads };
  return encode(payloadCodecs, payloads, context).then((encoded) => ({ payloads: encoded }));
}

/** Headers as a message. */
export function headerOf(fields: Headers): common.IHeader {
  return { fields: fields };
}
