import fc from 'fast-check';
import type { ReflectedEnum, ReflectedField, ReflectedType } from './reflected.js';

const DEPTH_LIMIT = 4;

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('', 'default', 'x'.repeat(127), 'x'.repeat(128), 'ü'.repeat(100), 'x'.repeat(20_000)),
  ),
  bytes: fc.uint8Array({ maxLength: 200 }),
  bool: fc.boolean(),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 0xffffffff }),
  int64: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 })),
  uint64: fc.maxSafeNat(),
  double: fc.double(),
  float: fc.float(),
};

/** Random messages of a reflected type, as plain objects; at most one member of each oneof is set. */
export function arbitraryMessage(type: ReflectedType, depth = 0): fc.Arbitrary<object> {
  const always: Record<string, fc.Arbitrary<unknown>> = {};
  const oneofs = new Map<string, ReflectedField[]>();
  for (const field of type.fieldsArray) {
    if (depth >= DEPTH_LIMIT && field.resolvedType !== null && isMessage(field.resolvedType)) continue;
    if (field.partOf === null || field.partOf.isProto3Optional) always[field.name] = arbitraryField(field, depth);
    else oneofs.set(field.partOf.name, [...(oneofs.get(field.partOf.name) ?? []), field]);
  }
  const plain = fc.record(always, { requiredKeys: [] });
  const chosen = [...oneofs.values()].map((members) =>
    fc.oneof(
      fc.constant({}),
      ...members.map((field) => arbitraryField(field, depth).map((v) => ({ [field.name]: v }))),
    ),
  );
  return fc.tuple(plain, ...chosen).map((parts) => Object.assign({}, ...(parts as object[])) as object);
}

/** Random values of one field. */
export function arbitraryField(field: ReflectedField, depth: number): fc.Arbitrary<unknown> {
  const one = arbitraryValue(field, depth);
  if (field.map) {
    const key = field.keyType === 'string' ? fc.string({ maxLength: 20 }) : fc.nat({ max: 1_000 }).map(String);
    // protobufjs drops a key `__proto__`; that ours keeps it is tested apart.
    return fc.dictionary(
      key.filter((text) => text !== '__proto__'),
      one,
      { maxKeys: 3, noNullPrototype: true },
    );
  }
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function arbitraryValue(field: ReflectedField, depth: number): fc.Arbitrary<unknown> {
  const { resolvedType } = field;
  if (resolvedType === null) return SCALARS[field.type] ?? missing(field.type);
  if (isMessage(resolvedType)) return arbitraryMessage(resolvedType, depth + 1);
  return fc.constantFrom(...Object.values(resolvedType.values));
}

function isMessage(type: ReflectedType | ReflectedEnum): type is ReflectedType {
  return 'fieldsArray' in type;
}

function missing(type: string): never {
  throw new Error(`No arbitrary for scalar ${type}`);
}
