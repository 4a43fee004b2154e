import type { AnyCodec } from '@perdure/protocol';
import { fromJson, toJson } from '@perdure/protocol/json';
import { isDeepStrictEqual } from 'node:util';

/** Refuses, with an Error that says where, a value that is not of this shape. */
export type Shape = (value: unknown, where: string) => void;

/** A shape that a member of an object may have, if it is there. */
interface OptionalShape {
  readonly optional: Shape;
}

/** A member that need not be there. */
export function optional(shape: Shape): OptionalShape {
  return { optional: shape };
}

/** An object with exactly these members. */
export function shape(members: Readonly<Record<string, Shape | OptionalShape>>): Shape {
  return (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(value, where, 'an object');
    const unknown = Object.keys(value).filter((name) => members[name] === undefined);
    if (unknown.length > 0) refuse(value, where, `without ${unknown.join(', ')}`);
    for (const [name, member] of Object.entries(members)) {
      const inner = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof member === 'function') member(inner, `${where}.${name}`);
      else if (inner !== undefined) member.optional(inner, `${where}.${name}`);
    }
  };
}

/** A list of at least one value of a shape. */
export function listOf(item: Shape): Shape {
  return (value, where) => {
    if (!Array.isArray(value) || value.length === 0) refuse(value, where, 'a list that is not empty');
    (value as readonly unknown[]).forEach((each, index) => item(each, `${where}[${index}]`));
  };
}

/** One of several shapes. */
export function either(...shapes: readonly Shape[]): Shape {
  return (value, where) => {
    const refusals = shapes.map((each) => refusalOf(() => each(value, where)));
    if (refusals.every((refusal) => refusal !== undefined)) throw new Error(refusals.join('; or '));
  };
}

/** A message of the API: every field known, every value as proto3 JSON writes it. */
export function message(codec: AnyCodec): Shape {
  return (value, where) => {
    const canonical = toJson(codec, fromJson(codec, value));
    if (!isDeepStrictEqual(canonical, value)) refuse(value, where, `in JSON as ${JSON.stringify(canonical)}`);
  };
}

/** Text that is not empty. */
export const text: Shape = (value, where) => {
  if (typeof value !== 'string' || value === '') refuse(value, where, 'a text');
};

/** A whole number of at least 0. */
export const count: Shape = (value, where) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(value, where, 'a whole number');
};

/** Exactly this. */
export function exactly(wanted: unknown): Shape {
  return (value, where) => {
    if (!isDeepStrictEqual(value, wanted)) refuse(value, where, JSON.stringify(wanted));
  };
}

/** Any value of JSON. */
export const anything: Shape = (value, where) => {
  if (value === undefined) refuse(value, where, 'there');
};

function refuse(value: unknown, where: string, wanted: string): never {
  throw new Error(`${where} is not ${wanted}: ${JSON.stringify(value)}`);
}

function refusalOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
