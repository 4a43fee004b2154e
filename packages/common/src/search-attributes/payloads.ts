import { str, u8 } from '../encoding.js';
import { ValueError } from '../errors.js';
import type { PayloadConverter } from '../converter/payload-converter.js';
import { JsonPayloadConverter } from '../converter/plain-payload-converters.js';
import type { Payload } from '../payload.js';
import { TypedSearchAttributes } from './typed-search-attributes.js';
import { TypedSearchAttributeUpdateValue, TypedSearchAttributeValue } from './typed-values.js';
import { isValidValueForType } from './types.js';
import type {
  SearchAttributePair,
  SearchAttributes,
  SearchAttributeType,
  SearchAttributeUpdatePair,
  SearchAttributeValue,
} from './types.js';

const TYPE_METADATA_KEY = 'type';
const ELEMENT_TYPES = new Set(['string', 'number', 'boolean']);
const DATETIME_METADATA = new Set(['Datetime', 'INDEXED_VALUE_TYPE_DATETIME']);

/** Converts search attributes without types: always JSON, always lists, dates by the type that the server adds. */
export class SearchAttributePayloadConverter implements PayloadConverter {
  jsonConverter: JsonPayloadConverter = new JsonPayloadConverter();
  validNonDateTypes: string[] = [...ELEMENT_TYPES];

  /** Throws a {@link ValueError} unless the value is a list of strings, numbers, booleans or dates. */
  toPayload(values: unknown): Payload {
    if (!Array.isArray(values)) throw new ValueError('SearchAttribute value must be an array');
    const items: readonly unknown[] = values;
    const firstKind = items.length === 0 ? undefined : this.kindOf(items[0], 0);
    for (const [index, item] of items.entries()) {
      const kind = this.kindOf(item, index);
      if (kind !== firstKind) {
        throw new ValueError(
          `All SearchAttribute array values must be of the same type: the first is a ${firstKind}, the one at index ${index} a ${kind}`,
        );
      }
    }
    return jsonPayload(this.jsonConverter, values);
  }

  /** The list of values; a single value becomes a list of one. */
  fromPayload<T>(payload: Payload): T {
    const value = this.jsonConverter.fromPayload<unknown>(payload);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isDatetime = DATETIME_METADATA.has(metadataType(payload) ?? '');
    return (isDatetime ? list.map((item) => new Date(item as string)) : list) as T;
  }

  private kindOf(value: unknown, index: number): string {
    if (value instanceof Date) return 'Date';
    if (this.validNonDateTypes.includes(typeof value)) return typeof value;
    throw new ValueError(
      `SearchAttribute values must be arrays of strings, numbers, booleans or Dates; the one at index ${index} is ${String(value)}, of type ${typeof value}`,
    );
  }
}

/** The one {@link SearchAttributePayloadConverter}. */
export const searchAttributePayloadConverter: SearchAttributePayloadConverter = new SearchAttributePayloadConverter();

/** Converts typed search attributes: always JSON, with the type in the metadata. */
export class TypedSearchAttributePayloadConverter implements PayloadConverter {
  jsonConverter: JsonPayloadConverter = new JsonPayloadConverter();

  /** Takes a `TypedSearchAttributeValue` or `TypedSearchAttributeUpdateValue`; throws a {@link ValueError} otherwise. */
  toPayload<T>(attribute: T): Payload {
    if (!(attribute instanceof TypedSearchAttributeValue || attribute instanceof TypedSearchAttributeUpdateValue)) {
      throw new ValueError(
        `Expected a TypedSearchAttributeValue or TypedSearchAttributeUpdateValue, got: ${String(attribute)}`,
      );
    }
    const { type, value } = attribute as TypedSearchAttributeUpdateValue<SearchAttributeType>;
    // A payload of null without a type is how the wire says "remove".
    if (value === null) return jsonPayload(this.jsonConverter, null);
    if (!isValidValueForType(type, value)) {
      throw new ValueError(`Invalid search attribute value ${String(value)} for given type ${type}`);
    }
    const payload = jsonPayload(this.jsonConverter, value);
    return {
      ...payload,
      metadata: { ...payload.metadata, [TYPE_METADATA_KEY]: u8(TypedSearchAttributes.toMetadataType(type)) },
    };
  }

  /** A `TypedSearchAttributeValue`, or `undefined` if the payload has no known type or its value does not fit. */
  fromPayload<T>(payload: Payload): T {
    const type = TypedSearchAttributes.toSearchAttributeType(metadataType(payload) ?? '');
    if (type === undefined) return undefined as T;
    const json = this.jsonConverter.fromPayload<unknown>(payload);
    // Servers may write the single value of an attribute as a list of one.
    const single: unknown = type !== 'KEYWORD_LIST' && Array.isArray(json) && json.length === 1 ? json[0] : json;
    const value = type === 'DATETIME' && typeof single === 'string' ? new Date(single) : single;
    return (isValidValueForType(type, value) ? new TypedSearchAttributeValue(type, value) : undefined) as T;
  }
}

/** The one {@link TypedSearchAttributePayloadConverter}. */
export const typedSearchAttributePayloadConverter: TypedSearchAttributePayloadConverter =
  new TypedSearchAttributePayloadConverter();

/** The payloads of search attributes of both kinds; where a name is in both, the typed one wins. */
export function encodeUnifiedSearchAttributes(
  searchAttributes?: SearchAttributes,
  typedSearchAttributes?: TypedSearchAttributes | readonly SearchAttributeUpdatePair[],
): Record<string, Payload> {
  const payloads = new Map<string, Payload>();
  for (const [name, value] of Object.entries(searchAttributes ?? {})) {
    // Servers take an empty list for "remove", which is what leaving the value out means too.
    payloads.set(name, searchAttributePayloadConverter.toPayload(value ?? []));
  }
  const pairs: readonly SearchAttributeUpdatePair[] =
    typedSearchAttributes instanceof TypedSearchAttributes
      ? typedSearchAttributes.getAll()
      : (typedSearchAttributes ?? []);
  for (const { key, value } of pairs) {
    const attribute = new TypedSearchAttributeUpdateValue(key.type, value);
    payloads.set(key.name, typedSearchAttributePayloadConverter.toPayload(attribute));
  }
  return Object.fromEntries(payloads);
}

/** Search attributes without types; empty ones are left out, since that is how removed ones may appear. */
export function decodeSearchAttributes(
  indexedFields: Readonly<Record<string, Payload>> | undefined | null,
): SearchAttributes {
  const entries = Object.entries(indexedFields ?? {}).map(
    ([name, payload]) => [name, searchAttributePayloadConverter.fromPayload<SearchAttributeValue>(payload)] as const,
  );
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}

/** Typed search attributes; those without a known type, or whose value does not fit it, are left out. */
export function decodeTypedSearchAttributes(
  indexedFields: Readonly<Record<string, Payload>> | undefined | null,
): TypedSearchAttributes {
  const pairs: SearchAttributePair[] = [];
  for (const [name, payload] of Object.entries(indexedFields ?? {})) {
    const attribute = typedSearchAttributePayloadConverter.fromPayload<
      TypedSearchAttributeValue<SearchAttributeType> | undefined
    >(payload);
    if (attribute === undefined) continue;
    pairs.push({ key: { name, type: attribute.type }, value: attribute.value } as SearchAttributePair);
  }
  return new TypedSearchAttributes(pairs);
}

function metadataType(payload: Payload): string | undefined {
  const bytes = payload.metadata?.[TYPE_METADATA_KEY];
  return bytes === undefined ? undefined : str(bytes);
}

function jsonPayload(converter: JsonPayloadConverter, value: unknown): Payload {
  const payload = converter.toPayload(value);
  if (payload === undefined) throw new ValueError(`Unable to convert search attribute value ${String(value)} to JSON`);
  return payload;
}
