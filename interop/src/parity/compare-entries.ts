import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Difference } from './difference.js';
import type { Entry } from './entries.js';
import { type NamedPair, TypeComparison, type TypeDifference } from './type-comparison.js';
import { ownerOf } from './type-names.js';

/** Files that are not on disk, by path. */
type Overlay = ReadonlyMap<string, string>;

/** Compares the exports of every pair of entries, and their types, and what those types mention. */
export function compareEntries(entries: readonly Entry[], overlay: Overlay = new Map()): Difference[] {
  return new EntryComparison(entries, overlay).run();
}

const require = createRequire(import.meta.url);

/** Only in memory: a module that imports everything, beside which packages are found. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), 'everything.ts');

class EntryComparison {
  private readonly checker: ts.TypeChecker;
  private readonly modules: ReadonlyMap<string, ts.Symbol>;
  private readonly compared = new Set<ts.Symbol>();
  private readonly reachable: NamedPair[] = [];

  constructor(
    private readonly entries: readonly Entry[],
    overlay: Overlay,
  ) {
    const program = programOf(entries, overlay);
    this.checker = program.getTypeChecker();
    this.modules = modulesOf(program, this.checker);
  }

  run(): Difference[] {
    const exported = this.entries.flatMap((entry) => this.exports(entry));
    const mentioned: Difference[] = [];
    // Comparing one pair may find more of them.
    for (let pair = this.reachable.pop(); pair !== undefined; pair = this.reachable.pop()) {
      const entry = ownerOf(pair.ours)?.packageName ?? '';
      const { name } = pair.ours;
      mentioned.push(...this.types(pair).map((found) => ({ entry, name, ...found })));
    }
    return [...exported, ...mentioned].sort((one, other) => keyOf(one).localeCompare(keyOf(other)));
  }

  private exports({ name: entry, ours, theirs }: Entry): Difference[] {
    const [mine, reference] = [this.exportsOf(ours), this.exportsOf(theirs)];
    const names = [...new Set([...mine.keys(), ...reference.keys()])];
    return names.flatMap((name) =>
      this.export(mine.get(name), reference.get(name)).map((found) => ({ entry, name, ...found })),
    );
  }

  private export(ours: ts.Symbol | undefined, theirs: ts.Symbol | undefined): TypeDifference[] {
    if (ours === undefined) return [{ at: '', what: `missing ${kindOf(theirs)}` }];
    if (theirs === undefined) return [{ at: '', what: `ours only: ${kindOf(ours)}` }];
    if (this.isService(theirs)) return this.services(ours, theirs);
    if (kindOf(ours) !== kindOf(theirs)) return [{ at: '', what: `${kindOf(ours)}; theirs: ${kindOf(theirs)}` }];
    const values = isValue(ours)
      ? this.comparison().compare(this.checker.getTypeOfSymbol(ours), this.checker.getTypeOfSymbol(theirs), ' value')
      : [];
    return isType(ours) ? [...values, ...this.types({ ours, theirs })] : values;
  }

  private isService(theirs: ts.Symbol): boolean {
    if (!isType(theirs)) return false;
    const { symbol } = this.checker.getDeclaredTypeOfSymbol(theirs) as { readonly symbol?: ts.Symbol };
    return (
      symbol !== undefined && ownerOf(symbol)?.packageName === 'proto' && (symbol.flags & ts.SymbolFlags.Class) !== 0
    );
  }

  /** Raw services are generated on both sides; what can be compared is which methods there are. */
  private services(ours: ts.Symbol, theirs: ts.Symbol): TypeDifference[] {
    const [mine, reference] = [ours, theirs].map((symbol) => this.checker.getDeclaredTypeOfSymbol(symbol));
    return [
      { at: '', what: 'a type of our own; theirs is a class of protobufjs' },
      ...this.comparison().propertyNames(mine as ts.Type, reference as ts.Type),
    ];
  }

  private types({ ours, theirs }: NamedPair): TypeDifference[] {
    if (this.compared.has(ours)) return [];
    this.compared.add(ours);
    return this.comparison().declared(ours, theirs);
  }

  private comparison(): TypeComparison {
    return new TypeComparison(this.checker, (pair) => {
      if (!this.compared.has(pair.ours)) this.reachable.push(pair);
    });
  }

  private exportsOf(specifier: string): Map<string, ts.Symbol> {
    const module = this.modules.get(specifier);
    if (module === undefined) throw new Error(`${specifier} was not found: build and install first`);
    return new Map(
      this.checker.getExportsOfModule(module).map((symbol) => [symbol.name, resolved(this.checker, symbol)]),
    );
  }
}

function programOf(entries: readonly Entry[], overlay: Overlay): ts.Program {
  const root = entries
    .flatMap(({ ours, theirs }, index) => [
      `import * as ours${index} from '${ours}';`,
      `import * as theirs${index} from '${theirs}';`,
    ])
    .join('\n');
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    // Its package does not say where its types are, so that durations would be anything.
    paths: {
      ms: [join(dirname(require.resolve('ms', { paths: [require.resolve('@temporalio/common')] })), 'index.d.ts')],
    },
  };
  const files = new Map([...overlay, [ROOT, root]]);
  const host = ts.createCompilerHost(compilerOptions);
  const { getSourceFile, fileExists, readFile, directoryExists } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.directoryExists = (path) =>
    [...overlay.keys()].some((file) => file.startsWith(`${path}/`)) || directoryExists?.call(host, path) === true;
  host.readFile = (path) => files.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, options, ...rest) => {
    const text = files.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
    // Comments are read for marks of internal members. The other million characters of them would cost seconds.
    const isCompared = /\/(packages|@temporalio)\//.test(path) && !/\/(proto|protocol)\//.test(path);
    const jsDocParsingMode = isCompared ? ts.JSDocParsingMode.ParseAll : ts.JSDocParsingMode.ParseNone;
    const given = typeof options === 'object' ? options : { languageVersion: options };
    return getSourceFile.call(host, path, { ...given, jsDocParsingMode }, ...rest);
  };
  return ts.createProgram([ROOT], compilerOptions, host);
}

function modulesOf(program: ts.Program, checker: ts.TypeChecker): ReadonlyMap<string, ts.Symbol> {
  const statements = program.getSourceFile(ROOT)?.statements ?? [];
  const imports = [...statements].filter(ts.isImportDeclaration);
  return new Map(
    imports.flatMap(({ moduleSpecifier }) => {
      const symbol = checker.getSymbolAtLocation(moduleSpecifier);
      return symbol === undefined ? [] : [[(moduleSpecifier as ts.StringLiteral).text, symbol] as const];
    }),
  );
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function isValue({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Value) !== 0;
}

function isType({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Type) !== 0;
}

function kindOf(symbol: ts.Symbol | undefined): string {
  if (symbol === undefined) return 'nothing';
  const kinds = [isValue(symbol) ? 'value' : '', isType(symbol) ? 'type' : ''].filter((kind) => kind !== '');
  return kinds.join(' and ');
}

function keyOf({ entry, name, at }: Difference): string {
  return `${entry} ${name}${at}`;
}
