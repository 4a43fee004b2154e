import ts from 'typescript';
import {
  accessOf,
  bodyDifference,
  definedMembers,
  depthOf,
  idOf,
  indexKind,
  isHidden,
  isLiteral,
  isOpenMapping,
  isOptionalParameter,
  isOptionalProperty,
  isPublic,
  isReadonlyProperty,
  isThis,
  isUniqueSymbol,
  membersOf,
  overload,
  publicName,
  shortened,
  signatureText,
  typeParametersOf,
} from './type-facts.js';
import {
  argumentsOf,
  isInstanceType,
  isThirdParty,
  type NamedType,
  namedType,
  namesCorrespond,
  wireType,
} from './type-names.js';

/** A difference within one type. */
export interface TypeDifference {
  readonly at: string;
  readonly what: string;
}

/** Two declarations of the same name that were met on the way, and have to be compared for themselves. */
export interface NamedPair {
  readonly ours: ts.Symbol;
  readonly theirs: ts.Symbol;
}

const MAX_DEPTH = 12;
const GENERIC =
  ts.TypeFlags.Conditional |
  ts.TypeFlags.IndexedAccess |
  ts.TypeFlags.Index |
  ts.TypeFlags.TemplateLiteral |
  ts.TypeFlags.StringMapping |
  ts.TypeFlags.Substitution;

/**
 * Compares two types member by member. Types that have the same name on both sides count as the same here and are handed
 * to `onPair`, so that a difference is found once, where it is, and not in everything that mentions it.
 */
export class TypeComparison {
  private readonly visited = new Set<string>();
  private readonly parameters = new Map<ts.Type, ts.Type>();

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly onPair: (pair: NamedPair) => void,
  ) {}

  /** Declared types, which their own names must not make equal. */
  declared(ours: ts.Symbol, theirs: ts.Symbol): TypeDifference[] {
    const found = this.typeParameters(typeParametersOf(this.checker, ours), typeParametersOf(this.checker, theirs), '');
    const [mine, reference] = [ours, theirs].map((symbol) => this.checker.getDeclaredTypeOfSymbol(symbol)) as [
      ts.Type,
      ts.Type,
    ];
    if (wireType(reference) === undefined && (mine.isUnion() || reference.isUnion())) {
      return [...found, ...this.members(membersOf(mine), membersOf(reference), '')];
    }
    const isGeneric = ((mine.flags | reference.flags) & GENERIC) !== 0;
    if (isGeneric) return [...found, ...bodyDifference(ours, theirs)];
    return [...found, ...this.baseClass(mine, reference), ...this.unnamed(mine, reference, '')];
  }

  /** Only which properties there are. */
  propertyNames(ours: ts.Type, theirs: ts.Type): TypeDifference[] {
    const [mine, reference] = [this.visibleProperties(ours), this.visibleProperties(theirs)];
    const missing = [...reference.keys()].filter((name) => !mine.has(name));
    const added = [...mine.keys()].filter((name) => !reference.has(name));
    return [
      ...missing.map((name) => ({ at: `.${name}`, what: 'missing' })),
      ...added.map((name) => ({ at: `.${name}`, what: 'ours only' })),
    ];
  }

  /** Any two types. */
  compare(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference[] {
    if (ours === theirs || this.parameters.get(ours) === theirs) return [];
    if (isThis(ours) && isThis(theirs)) return [];
    const [mine, reference] = [namedType(this.checker, ours), namedType(this.checker, theirs)];
    if (mine !== undefined && reference !== undefined && namesCorrespond(mine, reference)) {
      const inArguments = this.sameName(mine, reference, at);
      if (inArguments !== undefined) return inArguments;
    }
    if (ours.isUnion() || theirs.isUnion()) return this.members(membersOf(ours), membersOf(theirs), at);
    return this.unnamed(ours, theirs, at);
  }

  private sameName(ours: NamedType, theirs: NamedType, at: string): TypeDifference[] | undefined {
    if (ours.typeArguments.length !== theirs.typeArguments.length) return undefined;
    if (!ours.isWire && !theirs.isWire) this.onPair({ ours: ours.symbol, theirs: theirs.symbol });
    return ours.typeArguments.flatMap((argument, index) =>
      this.compare(argument, theirs.typeArguments[index] as ts.Type, `${at}<${index}>`),
    );
  }

  private unnamed(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference[] {
    const theirWire = wireType(theirs);
    if (theirWire !== undefined || wireType(ours) !== undefined) {
      const mine = namedType(this.checker, ours);
      const isSame = mine !== undefined && theirWire !== undefined && namesCorrespond(mine, theirWire);
      return isSame ? [] : [this.difference(ours, theirs, at)];
    }
    if (isUniqueSymbol(ours) && isUniqueSymbol(theirs)) return [];
    if (isLiteral(ours) && isLiteral(theirs) && ours.value === theirs.value) return [];
    const isGeneric = ((ours.flags | theirs.flags) & GENERIC) !== 0 || isOpenMapping(this.checker, theirs);
    if (isGeneric || depthOf(at) > MAX_DEPTH) return this.byText(ours, theirs, at);
    const isObject = (type: ts.Type) => (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
    if (!isObject(ours) || !isObject(theirs)) return this.byText(ours, theirs, at);
    const key = `${idOf(ours)}:${idOf(theirs)}`;
    if (this.visited.has(key)) return [];
    this.visited.add(key);
    return this.foreign(ours, theirs, at) ?? this.structure(ours, theirs, at);
  }

  /** Types of neither side, such as promises, lists and what other packages declare: by name, then by arguments. */
  private foreign(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference[] | undefined {
    if (ours.aliasSymbol !== undefined && ours.aliasSymbol === theirs.aliasSymbol) {
      const [mine, reference] = [ours.aliasTypeArguments ?? [], theirs.aliasTypeArguments ?? []];
      const inArguments = mine.flatMap((argument, index) => this.compare(argument, reference[index] as ts.Type, at));
      if (inArguments.length === 0) return [];
    }
    if (isThirdParty(ours) !== isThirdParty(theirs)) return [this.difference(ours, theirs, at)];
    const isList = [ours, theirs].some((type) => this.checker.isArrayLikeType(type));
    if (isList && !(isInstanceType(ours) && isInstanceType(theirs))) return this.byText(ours, theirs, at);
    if (!isInstanceType(ours) || !isInstanceType(theirs)) return undefined;
    if (ours.symbol === theirs.symbol) {
      const reference = argumentsOf(this.checker, theirs);
      return argumentsOf(this.checker, ours).flatMap((argument, index) => {
        const theirArgument = reference[index];
        return theirArgument === undefined ? [] : this.compare(argument, theirArgument, `${at}<${index}>`);
      });
    }
    return isList ? [this.difference(ours, theirs, at)] : undefined;
  }

  private structure(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference[] {
    const found: TypeDifference[] = [];
    const [mine, reference] = [this.visibleProperties(ours), this.visibleProperties(theirs)];
    for (const [name, property] of reference) {
      const own = mine.get(name);
      const place = `${at}.${accessOf(property)}${name}`;
      if (own === undefined) found.push({ at: place, what: `missing: ${this.text(this.typeOf(property))}` });
      else found.push(...this.property(own, property, place));
    }
    for (const [name, property] of mine) {
      if (reference.has(name)) continue;
      found.push({ at: `${at}.${accessOf(property)}${name}`, what: `ours only: ${this.text(this.typeOf(property))}` });
    }
    for (const kind of [ts.SignatureKind.Call, ts.SignatureKind.Construct]) {
      found.push(...this.signatures(ours, theirs, kind, at));
    }
    for (const key of [this.checker.getStringType(), this.checker.getNumberType()]) {
      const [own, other] = [ours, theirs].map((type) => this.checker.getIndexInfoOfType(type, indexKind(key)));
      if (own !== undefined && other !== undefined) found.push(...this.compare(own.type, other.type, `${at}[]`));
      else if (own !== other)
        found.push({ at: `${at}[]`, what: own === undefined ? 'missing index' : 'ours only: index' });
    }
    return found;
  }

  private property(ours: ts.Symbol, theirs: ts.Symbol, at: string): TypeDifference[] {
    const [isOptional, isTheirsOptional] = [isOptionalProperty(ours), isOptionalProperty(theirs)];
    const found: TypeDifference[] = [];
    if (isOptional !== isTheirsOptional) {
      found.push({ at, what: isOptional ? 'optional; theirs is required' : 'required; theirs is optional' });
    }
    const [isReadonly, isTheirsReadonly] = [isReadonlyProperty(ours), isReadonlyProperty(theirs)];
    if (isReadonly !== isTheirsReadonly) {
      found.push({ at, what: isReadonly ? 'readonly; theirs is not' : 'not readonly; theirs is' });
    }
    const [mine, reference] = [this.typeOf(ours), this.typeOf(theirs)];
    const mayBeLeftOut = isOptional || isTheirsOptional;
    if (!mayBeLeftOut) return [...found, ...this.compare(mine, reference, at)];
    return [...found, ...this.members(definedMembers(mine), definedMembers(reference), at)];
  }

  private members(ours: readonly ts.Type[], theirs: readonly ts.Type[], at: string): TypeDifference[] {
    const left = [...theirs];
    const onlyOurs = ours.filter((member) => {
      const index = left.findIndex((other) => this.areEqual(member, other, at));
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    });
    if (onlyOurs.length === 1 && left.length === 1) return this.compare(onlyOurs[0] as ts.Type, left[0] as ts.Type, at);
    if (onlyOurs.length === 0 && left.length === 0) return [];
    const list = (types: readonly ts.Type[]) =>
      shortened(types.map((type) => this.text(type)).join(' | ')) || 'nothing more';
    return [{ at, what: `${list(onlyOurs)}; theirs: ${list(left)}` }];
  }

  private areEqual(ours: ts.Type, theirs: ts.Type, at: string): boolean {
    const known = new Set(this.visited);
    const isEqual = this.compare(ours, theirs, at).length === 0;
    if (isEqual) return true;
    // What was found unequal may be looked at again, to say in what.
    for (const key of this.visited) if (!known.has(key)) this.visited.delete(key);
    return false;
  }

  private signatures(ours: ts.Type, theirs: ts.Type, kind: ts.SignatureKind, at: string): TypeDifference[] {
    const [mine, reference] = [ours, theirs].map((type) => this.checker.getSignaturesOfType(type, kind)) as [
      readonly ts.Signature[],
      readonly ts.Signature[],
    ];
    if (kind === ts.SignatureKind.Construct && mine.length + reference.length > 0) at += ' new';
    if ([...mine, ...reference].some((signature) => !isPublic(signature))) return [];
    const found = reference
      .slice(0, mine.length)
      .flatMap((signature, index) => this.signature(mine[index] as ts.Signature, signature, overload(at, index)));
    if (mine.length === reference.length) return found;
    return [...found, { at, what: `${mine.length} signatures; theirs has ${reference.length}` }];
  }

  private signature(ours: ts.Signature, theirs: ts.Signature, at: string): TypeDifference[] {
    const found = this.typeParameters(ours.getTypeParameters() ?? [], theirs.getTypeParameters() ?? [], at);
    const [mine, reference] = [ours.getParameters(), theirs.getParameters()];
    if (mine.length !== reference.length) {
      found.push({
        at: `${at}()`,
        what: `takes ${signatureText(this.checker, ours)}; theirs ${signatureText(this.checker, theirs)}`,
      });
    } else {
      mine.forEach((parameter, index) => {
        found.push(...this.parameter(parameter, reference[index] as ts.Symbol, `${at}(${index})`));
      });
    }
    const [returned, theirReturned] = [ours.getReturnType(), theirs.getReturnType()];
    return [...found, ...this.compare(returned, theirReturned, `${at}()`)];
  }

  private parameter(ours: ts.Symbol, theirs: ts.Symbol, at: string): TypeDifference[] {
    const [isOptional, isTheirsOptional] = [isOptionalParameter(ours), isOptionalParameter(theirs)];
    const found: TypeDifference[] = [];
    if (isOptional !== isTheirsOptional) {
      found.push({ at, what: isOptional ? 'optional; theirs is required' : 'required; theirs is optional' });
    }
    const [mine, reference] = [this.typeOf(ours), this.typeOf(theirs)];
    if (!isOptional && !isTheirsOptional) return [...found, ...this.compare(mine, reference, at)];
    return [...found, ...this.members(definedMembers(mine), definedMembers(reference), at)];
  }

  private typeParameters(ours: readonly ts.Type[], theirs: readonly ts.Type[], at: string): TypeDifference[] {
    if (ours.length !== theirs.length) {
      return [{ at: `${at}<>`, what: `${ours.length} type parameters; theirs has ${theirs.length}` }];
    }
    ours.forEach((parameter, index) => this.parameters.set(parameter, theirs[index] as ts.Type));
    return ours.flatMap((parameter, index) => {
      const other = theirs[index] as ts.Type;
      const parts = [
        ['constraint', parameter.getConstraint(), other.getConstraint()],
        ['default', parameter.getDefault(), other.getDefault()],
      ] as const;
      return parts.flatMap(([part, own, reference]) => {
        const place = `${at}<${index} ${part}>`;
        if (own !== undefined && reference !== undefined) return this.compare(own, reference, place);
        if (own === reference) return [];
        return [{ at: place, what: own === undefined ? 'missing' : `ours only: ${this.text(own)}` }];
      });
    });
  }

  private baseClass(ours: ts.Type, theirs: ts.Type): TypeDifference[] {
    if (!ours.isClass() || !theirs.isClass()) return [];
    const [mine, reference] = [ours, theirs].map(
      (type) => this.checker.getBaseTypes(type)[0]?.symbol.name ?? 'nothing',
    );
    return mine === reference ? [] : [{ at: ' extends', what: `${mine}; theirs ${reference}` }];
  }

  private byText(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference[] {
    const mine = this.withTheirParameters(this.fullText(ours));
    return mine === this.fullText(theirs) ? [] : [this.difference(ours, theirs, at)];
  }

  /** Our text with type parameters under the names that they have on the other side. */
  private withTheirParameters(text: string): string {
    let renamed = text;
    for (const [ours, theirs] of this.parameters) {
      const [from, to] = [ours.symbol.name, theirs.symbol.name];
      if (from !== to) renamed = renamed.replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to);
    }
    return renamed;
  }

  private difference(ours: ts.Type, theirs: ts.Type, at: string): TypeDifference {
    return { at, what: `${this.text(ours)}; theirs: ${this.text(theirs)}` };
  }

  private visibleProperties(type: ts.Type): Map<string, ts.Symbol> {
    const properties = this.checker.getPropertiesOfType(type).filter((property) => !isHidden(property));
    return new Map(properties.map((property) => [publicName(property), property]));
  }

  private typeOf(symbol: ts.Symbol): ts.Type {
    return this.checker.getTypeOfSymbol(symbol);
  }

  private fullText(type: ts.Type): string {
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
    return this.checker.typeToString(type, undefined, flags).replaceAll(/\bAny\b/g, 'any');
  }

  private text(type: ts.Type): string {
    return shortened(this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation));
  }
}
