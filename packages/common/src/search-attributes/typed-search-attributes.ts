import { ValueError } from '../errors.js';
import { TypedSearchAttributeValue } from './typed-values.js';
import { isValidValueForType } from './types.js';
import type {
  IndexedValueTypeMapping,
  SearchAttributeKey,
  SearchAttributePair,
  SearchAttributeType,
  SearchAttributeUpdatePair,
  SearchAttributeValueOrReadonly,
} from './types.js';

/** The names that the `type` metadata of search attribute payloads uses. */
const METADATA_TYPES: Readonly<Record<SearchAttributeType, string>> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

const TYPES_BY_NAME = new Map(
  (Object.entries(METADATA_TYPES) as [SearchAttributeType, string][]).flatMap(
    ([type, metadataType]) =>
      [
        [metadataType, type],
        [`INDEXED_VALUE_TYPE_${type}`, type],
      ] as const,
  ),
);

/** Search attributes with their types. Never changes; {@link updateCopy} makes another. */
export class TypedSearchAttributes {
  private searchAttributes: Record<string, TypedSearchAttributeValue<SearchAttributeType>> = {};

  /** Pairs whose value does not fit the type are left out, as servers do. Throws if a name is given twice. */
  constructor(initialAttributes?: SearchAttributePair[]) {
    for (const pair of initialAttributes ?? []) {
      if (Object.hasOwn(this.searchAttributes, pair.key.name)) {
        throw new ValueError(`Duplicate search attribute key: ${pair.key.name}`);
      }
      this.set(pair);
    }
  }

  /** The value of an attribute; `undefined` if it has none, or has one under another type. */
  get<T extends SearchAttributeType>(key: SearchAttributeKey<T>): IndexedValueTypeMapping[T] | undefined {
    const attribute = Object.hasOwn(this.searchAttributes, key.name) ? this.searchAttributes[key.name] : undefined;
    if (attribute?.type !== key.type) return undefined;
    return attribute.value as IndexedValueTypeMapping[T];
  }

  /** Another instance with values of its own: changing a date or list of one leaves the other alone. */
  copy(): TypedSearchAttributes {
    return new TypedSearchAttributes(
      this.getAll().map(({ key, value }) => ({ key, value: copyOf(value) }) as SearchAttributePair),
    );
  }

  /** The attributes as pairs, which is how they travel between a sandbox and its host. */
  toJSON(): SearchAttributePair[] {
    return this.getAll();
  }

  /** A copy with some attributes set, or removed by null or by a value that does not fit the type. */
  updateCopy(updates: SearchAttributeUpdatePair[]): TypedSearchAttributes {
    const updated = this.copy();
    for (const pair of updates) {
      if (!updated.set(pair)) delete updated.searchAttributes[pair.key.name];
    }
    return updated;
  }

  /** All attributes. */
  getAll(): SearchAttributePair[] {
    return Object.entries(this.searchAttributes).map(
      ([name, { type, value }]) => ({ key: { name, type }, value }) as SearchAttributePair,
    );
  }

  /** Returns whether the value fits and was set. */
  private set({ key, value }: SearchAttributeUpdatePair): boolean {
    if (!isValidValueForType(key.type, value)) return false;
    // Defined rather than assigned: an attribute may be called __proto__.
    Object.defineProperty(this.searchAttributes, key.name, {
      value: new TypedSearchAttributeValue(key.type, value),
      configurable: true,
      enumerable: true,
      writable: true,
    });
    return true;
  }

  /** The key that fits a value without type: the best guess, `undefined` if there is none. */
  static getKeyFromUntyped(
    key: string,
    value: SearchAttributeValueOrReadonly,
  ): SearchAttributeKey<SearchAttributeType> | undefined {
    const type = typeOfUntyped(value);
    return type === undefined ? undefined : { name: key, type };
  }

  /** What the payload's metadata calls the type. Throws for unknown types. */
  static toMetadataType(type: SearchAttributeType): string {
    const metadataType: string | undefined = Object.hasOwn(METADATA_TYPES, type) ? METADATA_TYPES[type] : undefined;
    if (metadataType === undefined) throw new ValueError(`Unknown search attribute type: ${String(type)}`);
    return metadataType;
  }

  /** The type that a payload's metadata names, in either of the two spellings that servers use. */
  static toSearchAttributeType(type: string): SearchAttributeType | undefined {
    return TYPES_BY_NAME.get(type);
  }
}

function typeOfUntyped(value: unknown): SearchAttributeType | undefined {
  if (value === undefined || value === null) return undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0) return 'KEYWORD_LIST';
  if (items.length > 1) return isValidValueForType('KEYWORD_LIST', items) ? 'KEYWORD_LIST' : undefined;
  const [item] = items;
  // Keyword and text look alike; text is what servers of either kind accept.
  const candidates: readonly SearchAttributeType[] = ['TEXT', 'INT', 'DOUBLE', 'BOOL', 'DATETIME'];
  return candidates.find((type) => isValidValueForType(type, item));
}

function copyOf<T extends SearchAttributePair['value']>(value: T): T {
  if (value instanceof Date) return new Date(value) as T;
  return (Array.isArray(value) ? [...value] : value) as T;
}
