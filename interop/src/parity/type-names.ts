import ts from 'typescript';

/** A type that a declaration of either side gives a name to. */
export interface NamedType {
  readonly symbol: ts.Symbol;
  readonly name: string;
  readonly side: 'ours' | 'theirs';
  /** Whether it is a message or an enum of the wire. */
  readonly isWire: boolean;
  readonly typeArguments: readonly ts.Type[];
}

const OURS = /\/packages\/([a-z0-9-]+)\/(?:dist|generated|src)\//;
const THEIRS = /\/node_modules\/@temporalio\/([a-z0-9-]+)\//;

/** Which side declares a symbol, and in which package; `undefined` for what belongs to neither. */
export function ownerOf(
  symbol: ts.Symbol,
): { readonly side: 'ours' | 'theirs'; readonly packageName: string } | undefined {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
  const theirs = THEIRS.exec(file)?.[1];
  if (theirs !== undefined) return { side: 'theirs', packageName: theirs };
  const ours = OURS.exec(file)?.[1];
  return ours === undefined ? undefined : { side: 'ours', packageName: ours };
}

/** Whether a type is declared by a package of neither side, and not by the language. */
export function isThirdParty(type: ts.Type): boolean {
  const { symbol } = type as { readonly symbol?: ts.Symbol };
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
  return file.includes('/node_modules/') && !/\/node_modules\/(typescript|@types\/node|@temporalio)\//.test(file);
}

/** The name of a type: its alias, or its class, interface or enum. */
export function namedType(checker: ts.TypeChecker, type: ts.Type): NamedType | undefined {
  const wire = wireType(type);
  if (wire !== undefined) return wire;
  const { aliasSymbol } = type;
  if (aliasSymbol !== undefined) {
    const named = owned(aliasSymbol, type.aliasTypeArguments ?? []);
    if (named !== undefined) return named;
  }
  const { symbol } = type as { readonly symbol?: ts.Symbol };
  if (symbol === undefined) return undefined;
  if ((symbol.flags & ts.SymbolFlags.Enum) !== 0) return owned(symbol, []);
  if (!isInstanceType(type)) return undefined;
  return owned(symbol, argumentsOf(checker, type));
}

/** A message or an enum of the wire, whatever alias it goes by. */
export function wireType(type: ts.Type): NamedType | undefined {
  const { symbol } = type as { readonly symbol?: ts.Symbol };
  if (symbol === undefined) return undefined;
  const isDeclaration = isInstanceType(type) || (symbol.flags & ts.SymbolFlags.Enum) !== 0;
  const named = isDeclaration ? owned(symbol, []) : undefined;
  return named?.isWire === true ? named : undefined;
}

/** Types of ours with the fields of the message, which they are made of without its package. */
const WIRE_IN_ALL_BUT_NAME: ReadonlySet<string> = new Set(['Payload', 'Timestamp']);

/** Whether two names stand for the same type on both sides. Messages are what may be sent (`IFoo`) or was received. */
export function namesCorrespond(ours: NamedType, theirs: NamedType): boolean {
  if (ours.side === theirs.side) return false;
  const [mine, reference] = [ours.name, theirs.name];
  if (mine === reference || mine === `${reference}Service`) return true;
  return (
    theirs.isWire && (ours.isWire || WIRE_IN_ALL_BUT_NAME.has(mine)) && messageName(mine) === messageName(reference)
  );
}

/** Whether the type is an instance of a class or an interface, rather than the class itself. */
export function isInstanceType(type: ts.Type): boolean {
  if ((type.flags & ts.TypeFlags.Object) === 0) return false;
  const { objectFlags } = type as ts.ObjectType;
  return (objectFlags & (ts.ObjectFlags.ClassOrInterface | ts.ObjectFlags.Reference)) !== 0;
}

/** The arguments of a class or interface, without the hidden one for `this`. */
export function argumentsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  if (((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) === 0) return [];
  const { target } = type as ts.TypeReference;
  return checker.getTypeArguments(type as ts.TypeReference).slice(0, target.typeParameters?.length ?? 0);
}

function owned(symbol: ts.Symbol, typeArguments: readonly ts.Type[]): NamedType | undefined {
  const owner = ownerOf(symbol);
  if (owner === undefined) return undefined;
  const isWire = owner.packageName === 'protocol' || owner.packageName === 'proto';
  return { symbol, name: nameOf(symbol), side: owner.side, isWire, typeArguments };
}

/** Newer protobufjs declares the properties of a message `Foo` as `Foo.$Properties`. */
function nameOf(symbol: ts.Symbol): string {
  const { name, parent } = symbol as ts.Symbol & { readonly parent?: ts.Symbol };
  return name === '$Properties' ? (parent?.name ?? name) : name;
}

/** `IOuter_Inner`, `IInner` and `Inner` are one message: our names of nested ones begin with the outer one. */
function messageName(name: string): string {
  const inner = name.slice(name.lastIndexOf('_') + 1);
  return /^I[A-Z]/.test(inner) ? inner.slice(1) : inner;
}
