import type { IndexedValueTypeMapping, SearchAttributeType } from './types.js';

class BaseSearchAttributeValue<T extends SearchAttributeType, V> {
  private readonly _type: T;
  private readonly _value: V;

  constructor(type: T, value: V) {
    this._type = type;
    this._value = value;
  }

  get type(): T {
    return this._type;
  }

  get value(): V {
    return this._value;
  }
}

/** A value and the type of the search attribute it is for. */
export class TypedSearchAttributeValue<T extends SearchAttributeType> extends BaseSearchAttributeValue<
  T,
  IndexedValueTypeMapping[T]
> {}

/** A new value and the type of the search attribute it is for; null removes the attribute. */
export class TypedSearchAttributeUpdateValue<T extends SearchAttributeType> extends BaseSearchAttributeValue<
  T,
  IndexedValueTypeMapping[T] | null
> {}
