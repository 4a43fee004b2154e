import type { sdk } from '@perdure/protocol';
import type { LoadedDataConverter, SerializationContext } from '../converter/index.js';
import {
  arrayFromPayloads,
  fromPayloadsAtIndex,
  mapToPayloads,
  toNamedPayload,
  toPayloadsWithContext,
} from '../converter/index.js';
import type { Payload } from '../payload.js';
import type { TypeInfo } from '../type-info.js';
import type { UserMetadata } from '../user-metadata.js';
import { userMetadataToPayload } from '../user-metadata.js';
import { decode, decodeOptionalSingle, encode, encodeSingle } from './codecs.js';

/** The value of a payload that is still encoded; nothing stays what it is. */
export async function decodeOptionalSinglePayload<T>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  payload?: Payload | null,
  context?: SerializationContext,
): Promise<T | null | undefined> {
  const decoded = await decodeOptionalSingle(payloadCodecs, payload, context);
  return decoded ? payloadConverter.fromPayload<T>(decoded, context) : decoded;
}

/** The payload of a value, encoded. Errors name the value as `what`, if that is given. */
export async function encodeToPayload<T>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  value: T,
  context?: SerializationContext,
  typeInfo?: TypeInfo<T, unknown>,
  what?: string,
): Promise<Payload> {
  return encodeSingle(payloadCodecs, toNamedPayload(payloadConverter, value, context, typeInfo, what), context);
}

/** The values of payloads that are still encoded. */
export async function decodeArrayFromPayloads(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: readonly TypeInfo[],
): Promise<unknown[]> {
  const decoded = await decode(payloadCodecs, payloads ?? [], context);
  return arrayFromPayloads(payloadConverter, decoded, context, typeInfo);
}

/** The value of the payload at an index of a list that is still encoded; `undefined` if there is none. */
export async function decodeFromPayloadsAtIndex<T, D = T>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  index: number,
  payloads?: readonly Payload[] | null,
  context?: SerializationContext,
  typeInfo?: TypeInfo<T, D>,
): Promise<T> {
  const decoded = await decode(payloadCodecs, payloads ?? [], context);
  return fromPayloadsAtIndex(payloadConverter, index, decoded, context, typeInfo);
}

/** The payloads of values, encoded; `undefined` if there are none. */
export async function encodeToPayloads(
  converter: LoadedDataConverter,
  ...values: unknown[]
): Promise<Payload[] | undefined> {
  return encodeToPayloadsWithContext(converter, undefined, values);
}

/** {@link encodeToPayloads} for whom it concerns, with the type information of each value, and a word on whose arguments they are. */
export async function encodeToPayloadsWithContext(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  context: SerializationContext | undefined,
  values: readonly unknown[],
  typeInfo?: readonly TypeInfo[],
  whose?: string,
): Promise<Payload[] | undefined> {
  const payloads = toPayloadsWithContext(payloadConverter, context, values, typeInfo, whose);
  return payloads === undefined ? undefined : encode(payloadCodecs, payloads, context);
}

/** The value of every payload in a record that is still encoded; `undefined` for no record. */
export async function decodeMapFromPayloads<K extends string>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  map: Readonly<Record<K, Payload>> | null | undefined,
  context?: SerializationContext,
): Promise<Record<K, unknown> | undefined> {
  if (map === undefined || map === null) return undefined;
  return mapValues<K, Payload, unknown>(map, async (payload) => {
    const decoded = await decodeOptionalSingle(payloadCodecs, payload, context);
    return decoded ? payloadConverter.fromPayload(decoded, context) : undefined;
  });
}

/** The payload of every value in a record, encoded. Errors name the value, given what they are, such as `Memo field`. */
export async function encodeMapToPayloads<K extends string>(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  map: Readonly<Record<K, unknown>>,
  context?: SerializationContext,
  what?: string,
): Promise<Record<K, Payload>> {
  const payloads = mapToPayloads(payloadConverter, map, context, what);
  return mapValues(payloads, (payload) => encodeSingle(payloadCodecs, payload, context));
}

/** The metadata as `temporal.api.sdk.v1.UserMetadata`, encoded; `undefined` if there is none. */
export async function encodeUserMetadata(
  { payloadConverter, payloadCodecs }: LoadedDataConverter,
  staticSummary: string | undefined,
  staticDetails: string | undefined,
  context?: SerializationContext,
): Promise<sdk.IUserMetadata | undefined> {
  const metadata = userMetadataToPayload(payloadConverter, staticSummary, staticDetails, context);
  if (metadata === undefined) return undefined;
  return {
    summary: metadata.summary ? await encodeSingle(payloadCodecs, metadata.summary, context) : undefined,
    details: metadata.details ? await encodeSingle(payloadCodecs, metadata.details, context) : undefined,
  };
}

/** The metadata of a `temporal.api.sdk.v1.UserMetadata` that is still encoded. */
export async function decodeUserMetadata(
  dataConverter: LoadedDataConverter,
  metadata: sdk.IUserMetadata | undefined | null,
  context?: SerializationContext,
): Promise<UserMetadata> {
  const textOf = async (payload: Payload | null | undefined) =>
    (await decodeOptionalSinglePayload<string>(dataConverter, payload, context)) ?? undefined;
  return { staticSummary: await textOf(metadata?.summary), staticDetails: await textOf(metadata?.details) };
}

async function mapValues<K extends string, From, To>(
  map: Readonly<Record<K, From>>,
  convert: (value: From) => Promise<To>,
): Promise<Record<K, To>> {
  const entries = Object.entries(map) as [K, From][];
  const converted = await Promise.all(entries.map(async ([key, value]) => [key, await convert(value)] as const));
  return Object.fromEntries(converted) as Record<K, To>;
}
