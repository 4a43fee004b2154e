/** How values of type `T` are adapted before and after payload conversion. Both parts may be used alone or together. */
export interface TypeInfo<T = unknown, D = T> {
  /** Turns the value into a plain representation before the payload converter sees it, and back afterwards. */
  transferTypeConverter?: TransferTypeConverter<T, D>;
  /** Handed to the payload converter unchanged; for example, which protobuf message the bytes are. */
  payloadConverterHint?: ConverterHint<D>;
}

/** Converts between an application's value and a representation that payload converters can serialise. */
export interface TransferTypeConverter<T, D = unknown> {
  fromTransferType(value: D): T;
  toTransferType(value: T): D;
}

declare const valueTypeBrand: unique symbol;

/** Metadata for one payload converter, named by `converter`. Extend it with what that converter needs. */
export interface ConverterHint<T = unknown> {
  converter: string;
  /** Never present: it ties the hint to the value type in the type system. */
  [valueTypeBrand]?: T;
}

/** The type information of a function's arguments and result. */
export interface PayloadTypeInfo {
  inputTypes?: readonly TypeInfo[];
  outputType?: TypeInfo;
}
