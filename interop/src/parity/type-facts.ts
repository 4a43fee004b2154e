import ts from 'typescript';
import type { TypeDifference } from './type-comparison.js';

const MAX_TEXT = 160;
/** At most so much of a text as a table can show. */
export function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}

/** Conditional types and their like are compared as they are written, whatever their parameters are called. */
export function bodyDifference(ours: ts.Symbol, theirs: ts.Symbol): TypeDifference[] {
  const [mine, reference] = [bodyOf(ours), bodyOf(theirs)] as const;
  return mine === reference ? [] : [{ at: '', what: shortened(`${mine}; theirs: ${reference}`) }];
}

function bodyOf(symbol: ts.Symbol): string {
  const alias = symbol.declarations?.find(ts.isTypeAliasDeclaration);
  if (alias === undefined) return symbol.name;
  const declared = (alias.typeParameters ?? []).map(({ name }) => name.text);
  let text = alias.type.getText().replaceAll(/\/\*.*?\*\//gs, '');
  const inferred = [...text.matchAll(/infer (\w+)/g)].map(([, name]) => name ?? '');
  [...new Set([...declared, ...inferred])].forEach((name, index) => {
    text = text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `$${index}`);
  });
  return text
    .replaceAll(/\bAny\b/g, 'any')
    .replaceAll(/[\s;,]+/g, ' ')
    .replaceAll(/(?<=\() | (?=\))/g, '');
}

/** The type parameters of a declaration. */
export function typeParametersOf(checker: ts.TypeChecker, symbol: ts.Symbol): readonly ts.Type[] {
  for (const declaration of symbol.declarations ?? []) {
    const { typeParameters } = declaration as { readonly typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> };
    if (typeParameters !== undefined) return typeParameters.map((parameter) => checker.getTypeAtLocation(parameter));
  }
  return [];
}

/** The members of a union, or the type itself. */
export function membersOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** The members but undefined. */
export function definedMembers(type: ts.Type): readonly ts.Type[] {
  return membersOf(type).filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0);
}

/** Whether the type is `this`. */
export function isThis(type: ts.Type): boolean {
  const { symbol } = type as { readonly symbol?: ts.Symbol };
  return (type.flags & ts.TypeFlags.TypeParameter) !== 0 && ((symbol?.flags ?? 0) & ts.SymbolFlags.TypeParameter) === 0;
}

/** Whether the type is that of one symbol. */
export function isUniqueSymbol(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.UniqueESSymbol) !== 0;
}

/** Whether the type is one text or number. */
export function isLiteral(type: ts.Type): type is ts.LiteralType {
  return type.isStringLiteral() || type.isNumberLiteral();
}

/** A mapping over a type parameter has no properties to compare. */
export function isOpenMapping(checker: ts.TypeChecker, type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.Object) === 0) return false;
  if (((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped) === 0) return false;
  return checker.getPropertiesOfType(type).length === 0 && checker.getIndexInfosOfType(type).length === 0;
}

/** Whether a property is private. */
export function isHidden(property: ts.Symbol): boolean {
  if (property.name === 'prototype' || property.name.startsWith('__#')) return true;
  const [declaration] = property.declarations ?? [];
  return declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0;
}

/** Symbols as keys have names with a number that differs from program to program. */
export function publicName({ name }: ts.Symbol): string {
  return name.replace(/^__@([^@]+)@\d+$/, '[$1]');
}

/** Marks what is not meant for everybody: for subclasses, or, as its documentation says, for the SDK itself. */
export function accessOf(property: ts.Symbol): string {
  const [declaration] = property.declarations ?? [];
  if (declaration === undefined) return '';
  if ((ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Protected) !== 0) return '(protected) ';
  return property.getJsDocTags().some(({ name }) => name === 'internal') ? '(internal) ' : '';
}

/** Whether everybody may call it. */
export function isPublic({ declaration }: ts.Signature): boolean {
  if (declaration === undefined || !ts.isConstructorDeclaration(declaration)) return true;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return (ts.getCombinedModifierFlags(declaration) & hidden) === 0;
}

/** Whether a property may be left out. */
export function isOptionalProperty(property: ts.Symbol): boolean {
  return (property.flags & ts.SymbolFlags.Optional) !== 0;
}

/** Whether a property cannot be assigned. */
export function isReadonlyProperty(property: ts.Symbol): boolean {
  if ((property.flags & ts.SymbolFlags.Accessor) !== 0) return (property.flags & ts.SymbolFlags.SetAccessor) === 0;
  const [declaration] = property.declarations ?? [];
  return declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0;
}

/** Whether a parameter may be left out. */
export function isOptionalParameter({ valueDeclaration }: ts.Symbol): boolean {
  if (valueDeclaration === undefined || !ts.isParameter(valueDeclaration)) return false;
  return valueDeclaration.questionToken !== undefined || valueDeclaration.initializer !== undefined;
}

/** The parameters of a signature, by name. */
export function signatureText(checker: ts.TypeChecker, signature: ts.Signature): string {
  const names = signature.getParameters().map((parameter) => parameter.name);
  return `(${names.join(', ')})`;
}

/** Where an overload is. */
export function overload(at: string, index: number): string {
  return index === 0 ? at : `${at}#${index + 1}`;
}

/** How deep inside a type a place is. */
export function depthOf(at: string): number {
  return at.split(/[.(<[]/).length;
}

/** The compiler's number of a type. */
export function idOf(type: ts.Type): number {
  return (type as unknown as { readonly id: number }).id;
}

/** Which index signature has keys of this type. */
export function indexKind(key: ts.Type): ts.IndexKind {
  return (key.flags & ts.TypeFlags.String) !== 0 ? ts.IndexKind.String : ts.IndexKind.Number;
}
