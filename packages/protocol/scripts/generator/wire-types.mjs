/** Owns what the wire knows of each field kind: wire type, reader and writer method, default. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const WIRE_TYPES = {
  double: FIXED64,
  fixed64: FIXED64,
  sfixed64: FIXED64,
  float: FIXED32,
  fixed32: FIXED32,
  sfixed32: FIXED32,
  string: LENGTH_DELIMITED,
  bytes: LENGTH_DELIMITED,
  message: LENGTH_DELIMITED,
};

/** The tag of a field that carries one value of a kind. */
export function tagOf(id, kind) {
  return id * 8 + (WIRE_TYPES[kind] ?? VARINT);
}

/** The tag of a packed repeated field. */
export function packedTagOf(id) {
  return id * 8 + LENGTH_DELIMITED;
}

/** Whether repeated values of a kind travel packed. */
export function isPackable(kind) {
  return (WIRE_TYPES[kind] ?? VARINT) !== LENGTH_DELIMITED;
}

/** The method of Reader and Writer for a scalar or enum. */
export function methodOf(kind) {
  if (kind === 'enum') return 'int32';
  return kind === 'bytes' ? 'byteString' : kind;
}

/** The proto3 default of a scalar or enum, as source text. */
export function defaultOf(kind) {
  if (kind === 'string') return `''`;
  if (kind === 'bytes') return 'NO_BYTES';
  if (kind === 'bool') return 'false';
  return '0';
}

/** The writer and reader of packed values; only the kinds that occur. */
export function packedMethodOf(kind) {
  if (kind === 'enum' || kind === 'int32') return 'packedInt32';
  if (kind === 'uint32') return 'packedUint32';
  throw new Error(`Packed ${kind} does not occur in the API yet: add it to Writer and here`);
}
