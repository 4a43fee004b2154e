import { str, u8 } from '../encoding.js';
import { ValueError } from '../errors.js';
import type { Payload } from '../payload.js';
import type { PayloadConverterWithEncoding } from './composite-payload-converter.js';
import { METADATA_ENCODING_KEY, encodingKeys, encodingTypes } from './encodings.js';

/** `undefined` and the payload without data. */
export class UndefinedPayloadConverter implements PayloadConverterWithEncoding {
  encodingType = encodingTypes.METADATA_ENCODING_NULL;

  toPayload(value: unknown): Payload | undefined {
    if (value !== undefined) return undefined;
    return { metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_NULL } };
  }

  fromPayload<T>(_payload: Payload): T {
    return undefined as T;
  }
}

/** Bytes. */
export class BinaryPayloadConverter implements PayloadConverterWithEncoding {
  encodingType = encodingTypes.METADATA_ENCODING_RAW;

  toPayload(value: unknown): Payload | undefined {
    if (!isBytes(value)) return undefined;
    return { metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_RAW }, data: value };
  }

  /** A plain view of this realm onto the payload's bytes, whatever kind of bytes those are. */
  fromPayload<T>(payload: Payload): T {
    const { data } = payload;
    return (data ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data) as T;
  }
}

/** Everything that JSON can hold. */
export class JsonPayloadConverter implements PayloadConverterWithEncoding {
  encodingType = encodingTypes.METADATA_ENCODING_JSON;

  toPayload(value: unknown): Payload | undefined {
    if (value === undefined) return undefined;
    const json = jsonOf(value);
    if (json === undefined) return undefined;
    return { metadata: { [METADATA_ENCODING_KEY]: encodingKeys.METADATA_ENCODING_JSON }, data: u8(json) };
  }

  fromPayload<T>(payload: Payload): T {
    if (payload.data === undefined || payload.data === null) throw new ValueError('Got payload with no data');
    return JSON.parse(str(payload.data)) as T;
  }
}

/** `undefined` for values that JSON cannot hold: functions, symbols, bigints, objects that contain themselves. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Bytes of another realm, for example of the host of a sandbox, are bytes too. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}
