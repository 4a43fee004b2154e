import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters } from '../enum-converters.js';

/** A search attribute's values without a type. Deprecated in favour of typed search attributes. */
export type SearchAttributeValue = string[] | number[] | boolean[] | Date[];

/** {@link SearchAttributeValue} where it is only read. */
export type SearchAttributeValueOrReadonly = SearchAttributeValue | Readonly<SearchAttributeValue> | undefined;

/** Search attributes by name, without types. Deprecated in favour of typed search attributes. */
export type SearchAttributes = Record<string, SearchAttributeValueOrReadonly>;

/** What a search attribute holds, as registered with the namespace. */
export const SearchAttributeType = {
  TEXT: 'TEXT',
  KEYWORD: 'KEYWORD',
  INT: 'INT',
  DOUBLE: 'DOUBLE',
  BOOL: 'BOOL',
  DATETIME: 'DATETIME',
  KEYWORD_LIST: 'KEYWORD_LIST',
} as const;
/** One of {@link SearchAttributeType}. */
export type SearchAttributeType = (typeof SearchAttributeType)[keyof typeof SearchAttributeType];

/** Converts {@link SearchAttributeType} to and from `temporal.api.enums.v1.IndexedValueType`. */
export const [encodeSearchAttributeIndexedValueType, decodeSearchAttributeIndexedValueType] = makeProtoEnumConverters<
  typeof enums.IndexedValueType,
  'INDEXED_VALUE_TYPE_'
>(
  { UNSPECIFIED: 0, TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6, KEYWORD_LIST: 7 },
  'INDEXED_VALUE_TYPE_',
);

/** The type of the value for every {@link SearchAttributeType}. */
export interface IndexedValueTypeMapping {
  TEXT: string;
  KEYWORD: string;
  INT: number;
  DOUBLE: number;
  BOOL: boolean;
  DATETIME: Date;
  KEYWORD_LIST: string[];
}

/** Whether the value is one that a search attribute of the type can hold. */
export function isValidValueForType<T extends SearchAttributeType>(
  type: T,
  value: unknown,
): value is IndexedValueTypeMapping[T] {
  switch (type) {
    case 'TEXT':
    case 'KEYWORD':
      return typeof value === 'string';
    case 'INT':
      return Number.isInteger(value);
    case 'DOUBLE':
      return typeof value === 'number';
    case 'BOOL':
      return typeof value === 'boolean';
    case 'DATETIME':
      return value instanceof Date;
    case 'KEYWORD_LIST':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    default:
      return false;
  }
}

/** A search attribute's name together with its type. */
export interface SearchAttributeKey<T extends SearchAttributeType> {
  name: string;
  type: T;
}

/** The key of a search attribute, with which its value is set and read. */
export function defineSearchAttributeKey<T extends SearchAttributeType>(name: string, type: T): SearchAttributeKey<T> {
  return { name, type };
}

/** A search attribute and its value. */
export type SearchAttributePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: IndexedValueTypeMapping[T] };
}[SearchAttributeType];

/** A search attribute and its new value; null removes it. */
export type SearchAttributeUpdatePair = {
  [T in SearchAttributeType]: { key: SearchAttributeKey<T>; value: IndexedValueTypeMapping[T] | null };
}[SearchAttributeType];
