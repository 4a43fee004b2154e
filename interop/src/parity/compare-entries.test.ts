import { describe, expect, it } from 'vitest';
import { compareEntries } from './compare-entries.js';

const cases: Readonly<Record<string, readonly [ours: string, theirs: string, expected: readonly string[]]>> = {
  'nothing between the same declarations': [
    'export interface A<T> { a?: string; b(x: T): Promise<A<T>[]> } export declare class C extends Error { c: A<C> }',
    'export interface A<T> { a?: string; b(x: T): Promise<A<T>[]> } export declare class C extends Error { c: A<C> }',
    [],
  ],
  'an export that is missing, and one too many': [
    'export declare const extra: 1;',
    'export declare const missing: 1; export type T = string;',
    ['extra: ours only: value', 'missing: missing value', 'T: missing type'],
  ],
  'a type that is exported where a value is': [
    'export interface A { a: 1 }',
    'export declare class A { a: 1 }',
    ['A: type; theirs: value and type'],
  ],
  'an option that is missing': [
    'export interface Options { a: string }',
    'export interface Options { a: string; b?: number }',
    ['Options.b: missing: number | undefined'],
  ],
  'an option that is required': [
    'export interface Options { a: string }',
    'export interface Options { a?: string }',
    ['Options.a: required; theirs is optional'],
  ],
  'a property that cannot be assigned': [
    'export interface Options { readonly a: string }',
    'export interface Options { a: string }',
    ['Options.a: readonly; theirs is not'],
  ],
  'another type of a property': [
    'export interface A { a: string }',
    'export interface A { a: number }',
    ['A.a: string; theirs: number'],
  ],
  'a member of a union that is missing': [
    "export type Kind = 'a' | 'b';",
    "export type Kind = 'a' | 'b' | 'c';",
    ['Kind: nothing more; theirs: "c"'],
  ],
  'a method that gives something else': [
    'export declare class A { m(): Promise<string> }',
    'export declare class A { m(): Promise<string | undefined> }',
    ['A.m()<0>: nothing more; theirs: undefined'],
  ],
  'a parameter that is missing, and one that is required': [
    'export declare function f(a: string): void; export declare function g(a: string): void;',
    'export declare function f(a: string, b: number): void; export declare function g(a?: string): void;',
    ['f value(): takes (a); theirs (a, b)', 'g value(0): required; theirs is optional'],
  ],
  'an overload that is missing': [
    'export declare function f(a: string): void;',
    'export declare function f(a: string): void; export declare function f(a: number): void;',
    ['f value: 1 signatures; theirs has 2'],
  ],
  'a static method that is missing': [
    'export declare class A { }',
    'export declare class A { static create(): A }',
    ['A value.create: missing: () => A'],
  ],
  'a base class that is another': [
    'declare class One { a: 1 } declare class Two { a: 1 } export declare class A extends One { }',
    'declare class One { a: 1 } declare class Two { a: 1 } export declare class A extends Two { }',
    ['A extends: One; theirs Two'],
  ],
  'a constraint and a default of a type parameter': [
    'export interface A<T = string> { a: T } export interface B<T> { b: T }',
    'export interface A<T = number> { a: T } export interface B<T extends object> { b: T }',
    ['A<0 default>: string; theirs: number', 'B<0 constraint>: missing'],
  ],
  'type parameters that are only called otherwise': [
    'export type A<W> = W extends { a: infer Got } ? Got : never; export declare function f<X>(x: X[]): X;',
    'export type A<T> = T extends { a: infer R } ? R : never; export declare function f<Y>(x: Y[]): Y;',
    [],
  ],
  'a conditional type that is another': [
    'export type A<T> = T extends string ? 1 : 2;',
    'export type A<T> = T extends string ? 1 : 3;',
    ['A: $0 extends string ? 1 : 2; theirs: $0 extends string ? 1 : 3'],
  ],
  'a difference deep inside, once, where it is': [
    'interface Inner { a: string } export interface A { x: Inner } export interface B { y: Inner[] }',
    'interface Inner { a: number } export interface A { x: Inner } export interface B { y: Inner[] }',
    ['Inner.a: string; theirs: number'],
  ],
  'types of their own that go round in circles': [
    'export interface Node { next?: Node; value: string }',
    'export interface Node { next?: Node; value: number }',
    ['Node.value: string; theirs: number'],
  ],
  'a list that is read-only': [
    'export interface A { a: readonly string[] }',
    'export interface A { a: string[] }',
    ['A.a: readonly string[]; theirs: string[]'],
  ],
  'members that are not for everybody': [
    'export declare class A { private a; }',
    'export declare class A { private b; protected c: string;\n/** @internal */ d: string }',
    ['A.(internal) d: missing: string', 'A.(protected) c: missing: string'],
  ],
};

/** Every case is a package of its own, so that the compiler starts once. */
const packages = Object.entries(cases).map(([name, [ours, theirs]], index) => ({
  name,
  ours,
  theirs,
  entry: {
    name: `case-${index}`,
    ours: `/virtual/packages/case-${index}/dist/index.js`,
    theirs: `/virtual/node_modules/@temporalio/case-${index}/lib/index.js`,
  },
}));

const found = compareEntries(
  packages.map(({ entry }) => entry),
  new Map(
    packages.flatMap(({ ours, theirs, entry }) => [
      [entry.ours.replace('.js', '.d.ts'), `${ours}\nexport {};`] as const,
      [entry.theirs.replace('.js', '.d.ts'), `${theirs}\nexport {};`] as const,
    ]),
  ),
);

describe('the comparison of two packages finds', () => {
  it.each(packages)('$name', ({ name, entry }) => {
    const differences = found.filter((difference) => difference.entry === entry.name);
    const expected = [...(cases[name]?.[2] ?? [])];
    expect(differences.map((difference) => `${difference.name}${difference.at}: ${difference.what}`)).toEqual(expected);
  });
});
