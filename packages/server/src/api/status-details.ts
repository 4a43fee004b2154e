import type { RejectionDetail } from '@perdure/engine';
import { type AnyCodec, errordetails, type google, rpc } from '@perdure/protocol';

import type { ServiceError } from './service-error.js';

const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** Clients refuse trailers beyond some 8 KB in all; the text of a message appears in them twice. */
const MAX_MESSAGE_CHARACTERS = 1_500;

/** The error's message, cut to what fits into trailers. */
export function messageForTrailers(error: ServiceError): string {
  const { message } = error;
  return message.length <= MAX_MESSAGE_CHARACTERS ? message : `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…`;
}

/** `google.rpc.Status` of an error, encoded, with its detail as the only `Any`; `undefined` for an error without detail. */
export function encodeStatusDetails(error: ServiceError): Uint8Array | undefined {
  const { detail } = error;
  if (detail === undefined) return undefined;
  return rpc.Status.encode({
    code: error.grpcStatus,
    message: messageForTrailers(error),
    details: [packDetail(detail)],
  });
}

/** A detail as `google.protobuf.Any`. */
export function packDetail(detail: RejectionDetail): google.IAny {
  const codec = detailCodec(detail.type);
  return { typeUrl: TYPE_URL_PREFIX + codec.typeName, value: codec.encode(detail.fields) };
}

function detailCodec(type: string): AnyCodec {
  const codec = (errordetails as unknown as Readonly<Record<string, AnyCodec | undefined>>)[type];
  if (codec === undefined) throw new Error(`temporal.api.errordetails.v1 has no message ${type}`);
  return codec;
}
