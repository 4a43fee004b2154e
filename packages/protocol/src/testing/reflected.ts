import { createRequire } from 'node:module';

/** The parts of protobufjs reflection that the tests use. */
export interface ReflectedField {
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
  readonly map: boolean;
  readonly keyType?: string;
  readonly resolvedType: ReflectedType | ReflectedEnum | null;
  readonly partOf: { readonly name: string; readonly isProto3Optional: boolean } | null;
}

export interface ReflectedEnum {
  readonly values: Readonly<Record<string, number>>;
}

export interface ReflectedType {
  readonly fieldsArray: readonly ReflectedField[];
  create(message: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}

interface ReflectedRoot {
  resolveAll(): void;
  lookupType(name: string): ReflectedType;
}

const root = createRequire(import.meta.url)('@temporalio/proto/protos/json-module.js') as ReflectedRoot;
root.resolveAll();

/** A message type as protobufjs knows it: the independent implementation that ours is held against. */
export function reflectedType(typeName: string): ReflectedType {
  return root.lookupType(typeName);
}
