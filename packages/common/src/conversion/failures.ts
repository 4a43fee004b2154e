import type { LoadedDataConverter, PayloadCodec, SerializationContext } from '../converter/index.js';
import type { ProtoFailure } from '../failure/index.js';
import type { Payload } from '../payload.js';
import { decode, encode } from './codecs.js';
import type { DecodedProtoFailure, EncodedProtoFailure } from './codecs.js';

/** What is done with a list of payloads, as long as the one that it returns or not. */
type PayloadsTransform = (payloads: readonly Payload[]) => Promise<Payload[]>;

/** A copy of the failure and of all its causes, with every payload encoded. */
export async function encodeFailure(
  codecs: readonly PayloadCodec[],
  failure: ProtoFailure,
  context?: SerializationContext,
): Promise<EncodedProtoFailure> {
  if (codecs.length === 0) return failure as EncodedProtoFailure;
  const encoded = await transformFailure(failure, (payloads) => encode(codecs, payloads, context));
  return encoded as EncodedProtoFailure;
}

/** A copy of the failure and of all its causes, with every payload decoded. */
export async function decodeFailure(
  codecs: readonly PayloadCodec[],
  failure: ProtoFailure,
  context?: SerializationContext,
): Promise<DecodedProtoFailure> {
  if (codecs.length === 0) return failure as DecodedProtoFailure;
  const decoded = await transformFailure(failure, (payloads) => decode(codecs, payloads, context));
  return decoded as DecodedProtoFailure;
}

/** The failure of an error, encoded. */
export async function encodeErrorToFailure(
  { failureConverter, payloadConverter, payloadCodecs }: LoadedDataConverter,
  error: unknown,
  context?: SerializationContext,
): Promise<ProtoFailure> {
  const failure = failureConverter.errorToFailure(error, payloadConverter, context);
  return await encodeFailure(payloadCodecs, failure, context);
}

/** The error of a failure that is still encoded; `undefined` for nothing. */
export async function decodeOptionalFailureToOptionalError(
  { failureConverter, payloadConverter, payloadCodecs }: LoadedDataConverter,
  failure: ProtoFailure | undefined | null,
  context?: SerializationContext,
): Promise<Error | undefined> {
  if (failure === undefined || failure === null) return undefined;
  const decoded = (await decodeFailure(payloadCodecs, failure, context)) as ProtoFailure;
  return failureConverter.failureToError(decoded, payloadConverter, context);
}

async function transformFailure(failure: ProtoFailure, transform: PayloadsTransform): Promise<ProtoFailure> {
  const { cause, encodedAttributes } = failure;
  return {
    ...failure,
    ...(await transformInfo(failure, transform)),
    cause: cause ? await transformFailure(cause, transform) : cause,
    encodedAttributes: encodedAttributes ? (await transform([encodedAttributes]))[0] : encodedAttributes,
  };
}

/** The info of a failure, where it is of a kind that holds payloads. */
async function transformInfo(failure: ProtoFailure, transform: PayloadsTransform): Promise<Partial<ProtoFailure>> {
  const { applicationFailureInfo, timeoutFailureInfo, canceledFailureInfo, resetWorkflowFailureInfo } = failure;
  if (applicationFailureInfo) {
    const details = await transformList(applicationFailureInfo.details, transform);
    return { applicationFailureInfo: { ...applicationFailureInfo, details } };
  }
  if (timeoutFailureInfo) {
    const lastHeartbeatDetails = await transformList(timeoutFailureInfo.lastHeartbeatDetails, transform);
    return { timeoutFailureInfo: { ...timeoutFailureInfo, lastHeartbeatDetails } };
  }
  if (canceledFailureInfo) {
    const details = await transformList(canceledFailureInfo.details, transform);
    return { canceledFailureInfo: { ...canceledFailureInfo, details } };
  }
  if (resetWorkflowFailureInfo) {
    const lastHeartbeatDetails = await transformList(resetWorkflowFailureInfo.lastHeartbeatDetails, transform);
    return { resetWorkflowFailureInfo: { ...resetWorkflowFailureInfo, lastHeartbeatDetails } };
  }
  return {};
}

async function transformList(
  list: { readonly payloads?: readonly Payload[] | null } | null | undefined,
  transform: PayloadsTransform,
): Promise<{ payloads: Payload[] } | null | undefined> {
  if (list === undefined || list === null) return list;
  return { payloads: list.payloads ? await transform(list.payloads) : [] };
}
