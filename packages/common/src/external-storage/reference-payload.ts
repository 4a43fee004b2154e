import type { Int64Input } from '@perdure/protocol';
import { METADATA_ENCODING_KEY, METADATA_MESSAGE_TYPE_KEY, encodingKeys, encodingTypes } from '../converter/index.js';
import { str, u8 } from '../encoding.js';
import { ValueError } from '../errors.js';
import type { Payload } from '../payload.js';
import { int64ToNumber } from '../time/timestamps.js';
import { isRecord } from '../type-helpers.js';
import type { StorageDriverClaim } from './types.js';

const REFERENCE_TYPE = 'temporal.api.sdk.v1.ExternalStorageReference';

/** What a reference says. */
export interface DecodedReferencePayload {
  driverName: string;
  claimData: Record<string, string>;
  /** The size of the payload that is stored; 0 if the reference does not say. */
  sizeBytes: number;
}

/** What {@link encodeReferencePayload} takes. */
export interface ReferencePayloadParts {
  readonly driverName: string;
  readonly claim: StorageDriverClaim;
  readonly sizeBytes: number;
}

/** Whether the payload stands for one in external storage. */
export function isReferencePayload(payload: Payload): boolean {
  const { metadata } = payload;
  const encoding = metadata?.[METADATA_ENCODING_KEY];
  const messageType = metadata?.[METADATA_MESSAGE_TYPE_KEY];
  if (encoding === undefined || messageType === undefined) return false;
  return str(encoding) === encodingTypes.METADATA_ENCODING_PROTOBUF_JSON && str(messageType) === REFERENCE_TYPE;
}

/** What a reference says. Throws a {@link ValueError} for payloads that are none. */
export function decodeReferencePayload(payload: Payload): DecodedReferencePayload {
  if (!isReferencePayload(payload) || !payload.data) {
    throw new ValueError('The payload is not a reference to external storage');
  }
  const reference = parseJson(payload.data);
  const driverName = isRecord(reference) ? (reference.driverName ?? reference.driver_name ?? '') : undefined;
  const claimData = isRecord(reference) ? (reference.claimData ?? reference.claim_data ?? {}) : undefined;
  if (typeof driverName !== 'string' || !isTextRecord(claimData)) {
    throw new ValueError('The reference to external storage is malformed: it has no driver name or no claim data');
  }
  const [stored] = (payload.externalPayloads ?? []) as readonly { readonly sizeBytes?: Int64Input | null }[];
  return { driverName, claimData, sizeBytes: int64ToNumber(stored?.sizeBytes) };
}

/** The payload that stands for one in external storage, in the form that all SDKs read. */
export function encodeReferencePayload({ driverName, claim, sizeBytes }: ReferencePayloadParts): Payload {
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_PROTOBUF_JSON,
      [METADATA_MESSAGE_TYPE_KEY]: u8(REFERENCE_TYPE),
    },
    data: u8(JSON.stringify({ driverName, claimData: claim.claimData })),
    externalPayloads: [{ sizeBytes }],
  };
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(str(data));
  } catch (error) {
    throw new ValueError('The reference to external storage is malformed: it is no JSON', error);
  }
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
}
