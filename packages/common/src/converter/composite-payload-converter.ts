import { str } from '../encoding.js';
import { PayloadConverterError, ValueError } from '../errors.js';
import type { Payload } from '../payload.js';
import type { ConverterHint } from '../type-info.js';
import { METADATA_ENCODING_KEY } from './encodings.js';
import type { PayloadConverter } from './payload-converter.js';
import { payloadOfRawValue } from './raw-value-brand.js';
import type { SerializationContext } from './serialization-context.js';
import { unconvertibleReason } from './unconvertible.js';

/** A payload converter for some values and for one encoding. */
export interface PayloadConverterWithEncoding {
  /** The payload of a value, or `undefined` to leave it to another converter. */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload | undefined;
  /** The value of a payload of this encoding. */
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T;
  /** What the payload's metadata says the encoding is. */
  readonly encodingType: string;
  /** Whether the converter understands a hint. */
  validateConverterHint?: (hint: ConverterHint) => boolean;
}

/** Several converters as one: the first that can converts a value, the one of its encoding converts a payload. */
export class CompositePayloadConverter implements PayloadConverter {
  readonly converters: PayloadConverterWithEncoding[];
  readonly converterByEncoding: Map<string, PayloadConverterWithEncoding> = new Map();

  constructor(...converters: PayloadConverterWithEncoding[]) {
    if (converters.length === 0) {
      throw new PayloadConverterError('Must provide at least one PayloadConverterWithEncoding');
    }
    this.converters = converters;
    for (const converter of converters) this.converterByEncoding.set(converter.encodingType, converter);
  }

  /**
   * The payload of the first converter that makes one; a `RawValue` is passed on as it is. Given a hint, only
   * converters that understand it are asked. Throws a {@link ValueError} if none can convert the value.
   */
  toPayload<T>(value: T, context?: SerializationContext, hint?: ConverterHint<T>): Payload {
    const rawPayload = payloadOfRawValue(value);
    if (rawPayload !== undefined) return rawPayload;
    let isHintUnderstood = hint === undefined;
    for (const converter of this.converters) {
      if (hint !== undefined && !understands(converter, hint)) continue;
      isHintUnderstood = true;
      const payload = converter.toPayload(value, context, hint);
      if (payload !== undefined) return payload;
    }
    if (!isHintUnderstood) {
      throw new ValueError(`No payload converter supports converter hint '${hint?.converter}'`);
    }
    const encodings = [...this.converterByEncoding.keys()].join(', ');
    throw new ValueError(
      `Unable to convert ${textOf(value)} to payload: none of the encodings ${encodings} can hold it. ${unconvertibleReason(value)}` +
        'Use plain data, or a data converter of your own',
    );
  }

  /** The value that the converter of the payload's encoding makes. Throws a {@link ValueError} for unknown encodings. */
  fromPayload<T>(payload: Payload, context?: SerializationContext, hint?: ConverterHint<T>): T {
    if (payload.metadata === undefined || payload.metadata === null) throw new ValueError('Missing payload metadata');
    const encodingBytes = payload.metadata[METADATA_ENCODING_KEY];
    const encoding = encodingBytes === undefined ? '' : str(encodingBytes);
    const converter = this.converterByEncoding.get(encoding);
    if (converter === undefined) {
      throw new ValueError(`Unknown encoding: ${encoding}`);
    }
    if (hint !== undefined && !understands(converter, hint)) {
      throw new PayloadConverterError(
        `Payload encoding '${encoding}' does not support converter hint '${hint.converter}'`,
      );
    }
    return converter.fromPayload<T>(payload, context, hint);
  }
}

function understands(converter: PayloadConverterWithEncoding, hint: ConverterHint): boolean {
  return converter.validateConverterHint?.(hint) ?? false;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
