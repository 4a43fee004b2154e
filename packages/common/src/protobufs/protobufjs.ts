import { isRecord } from '../type-helpers.js';

/**
 * The parts of protobufjs (7 and 8) that are used here. They are described, not imported: the application brings the
 * library, and whichever copy it is, its objects are recognised by what they are.
 */
export interface ProtobufType {
  readonly name: string;
  readonly fullName: string;
  readonly fieldsArray: readonly ProtobufField[];
  readonly root: ProtobufRoot;
  create(properties?: Record<string, unknown>): Record<string, unknown>;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

/** A field of a {@link ProtobufType}. */
export interface ProtobufField {
  readonly name: string;
  /** The scalar type, or the name of a message or enum type. */
  readonly type: string;
  readonly repeated: boolean;
  readonly map: boolean;
  /** Of a map. */
  readonly keyType?: string;
  /** The oneof that the field is in; optional fields are in one of their own. */
  readonly partOf: unknown;
  readonly resolvedType: ProtobufType | ProtobufEnum | null;
  resolve(): unknown;
}

/** An enum. */
export interface ProtobufEnum {
  readonly fullName: string;
  readonly values: Readonly<Record<string, number>>;
  readonly valuesById: Readonly<Record<number, string>>;
}

/** Where types are looked up. */
export interface ProtobufRoot {
  lookupType(name: string): ProtobufType;
}

/** A message, made by the `create` or `decode` of a type. */
export type ProtobufMessage = Record<string, unknown> & { readonly $type: ProtobufType };

/** Whether the value is a message of protobufjs. */
export function isProtobufMessage(value: unknown): value is ProtobufMessage {
  return isRecord(value) && '$type' in value && isProtobufType(value.$type);
}

/** Whether the value is a root of protobufjs. */
export function isProtobufRoot(value: unknown): value is ProtobufRoot {
  return classNameOf(value) === 'Root';
}

/** Whether the value is a message type of protobufjs. */
export function isProtobufType(value: unknown): value is ProtobufType {
  return classNameOf(value) === 'Type';
}

/** Whether the value is a namespace of protobufjs that is neither root nor type. */
export function isProtobufNamespace(value: unknown): value is Record<string, unknown> {
  return classNameOf(value) === 'Namespace';
}

/** The name of a type on the wire: protobufjs puts a dot in front. */
export function typeNameOf(type: { readonly fullName: string }): string {
  return type.fullName.replace(/^\./, '');
}

/** What protobufjs says its classes are called; minifiers change the names of the classes themselves. */
function classNameOf(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  return (value.constructor as { readonly className?: unknown } | undefined)?.className;
}
