import type { SerializationContext } from '../converter/index.js';
import type { PayloadCodec } from '../converter/index.js';
import type { ProtoFailure } from '../failure/index.js';
import type { Payload } from '../payload.js';
import type { ReplaceNested } from '../type-helpers.js';

/** A payload that codecs have encoded; a mark for the compiler, not present when it runs. */
export interface EncodedPayload extends Payload {
  encoded: true;
}

/** A payload that codecs have decoded; a mark for the compiler, not present when it runs. */
export interface DecodedPayload extends Payload {
  decoded: true;
}

/** `T` with its payloads encoded. */
export type Encoded<T> = ReplaceNested<T, Payload, EncodedPayload>;
/** `T` with its payloads decoded. */
export type Decoded<T> = ReplaceNested<T, Payload, DecodedPayload>;
/** A failure with its payloads encoded. */
export type EncodedProtoFailure = Encoded<ProtoFailure>;
/** A failure with its payloads decoded. */
export type DecodedProtoFailure = Decoded<ProtoFailure>;

/** The payloads after every codec, the first first. */
export async function encode(
  codecs: readonly PayloadCodec[],
  payloads: readonly Payload[],
  context?: SerializationContext,
): Promise<EncodedPayload[]> {
  let encoded = [...payloads];
  for (const codec of codecs) encoded = await codec.encode(encoded, context);
  return encoded as EncodedPayload[];
}

/** The payloads before every codec, the last first. */
export async function decode(
  codecs: readonly PayloadCodec[],
  payloads: readonly Payload[],
  context?: SerializationContext,
): Promise<DecodedPayload[]> {
  let decoded = [...payloads];
  for (const codec of [...codecs].reverse()) decoded = await codec.decode(decoded, context);
  return decoded as DecodedPayload[];
}

/** {@link encode} for the one payload of a place that holds exactly one. Throws if the codecs make none of it. */
export async function encodeSingle(
  codecs: readonly PayloadCodec[],
  payload: Payload,
  context?: SerializationContext,
): Promise<EncodedPayload> {
  return only(await encode(codecs, [payload], context), 'encode');
}

/** {@link decode} for the one payload of a place that holds at most one. Throws if the codecs make none of it. */
export async function decodeOptionalSingle(
  codecs: readonly PayloadCodec[],
  payload: Payload | null | undefined,
  context?: SerializationContext,
): Promise<DecodedPayload | null | undefined> {
  if (payload === undefined || payload === null) return payload;
  return only(await decode(codecs, [payload], context), 'decode');
}

function only<P extends Payload>(payloads: readonly P[], method: 'encode' | 'decode'): P {
  const [payload] = payloads;
  if (payload === undefined) {
    throw new TypeError(`A PayloadCodec's ${method} returned no payload for one payload. Return one for each`);
  }
  return payload;
}
