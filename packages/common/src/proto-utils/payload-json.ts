import { common } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import type { Payload } from '../payload.js';

export type { Payload } from '../payload.js';

/** A payload as JSON: everything that is bytes is base64. */
export interface JSONPayload {
  metadata?: Record<string, string> | null;
  data?: string | null;
}

/** The JSON of a payload. */
export function payloadToJSON(payload: Payload): JSONPayload {
  return toJson(common.Payload, common.Payload.decode(common.Payload.encode(payload))) as JSONPayload;
}

/** The payload of its JSON; names that payloads do not have are skipped. */
export function JSONToPayload(json: JSONPayload): Payload {
  return fromJson(common.Payload, json, { ignoreUnknownFields: true });
}
