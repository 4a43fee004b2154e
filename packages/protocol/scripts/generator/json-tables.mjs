/** Owns the compact tables that the JSON mapping works from: one line of text per message. */
import { HEADER } from './header.mjs';

const KIND_LETTERS = { string: 's', bytes: 'b', bool: 't', enum: 'e', message: 'm', double: 'd', float: 'd' };

/** The content of json-tables.js. A field is `name`, cardinality sign, kind letter and, for `e` and `m`, an index. */
export function emitJsonTables(packages) {
  const messages = packages.flatMap((each) => each.messages);
  const enums = packages.flatMap(({ namespace, fileName, enums: types }) =>
    types.map((type) => ({ ...type, namespace, fileName })),
  );
  const indexOf = new Map([...messages, ...enums].map(({ typeName }) => [typeName, 0]));
  messages.forEach(({ typeName }, index) => indexOf.set(typeName, index));
  enums.forEach(({ typeName }, index) => indexOf.set(typeName, index));
  const modules = new Map(enums.map(({ namespace, fileName }) => [namespace, fileName]));
  const imports = [...modules].map(([namespace, fileName]) => `import * as ${namespace} from './${fileName}.js';`);
  const lines = messages.map(
    (message) => `  '${message.typeName} ${message.fields.map(describe(indexOf)).join(' ')}',`,
  );
  return `${HEADER}${imports.join('\n')}
export const enumTypes = [
${enums.map(({ typeName, namespace, name }) => `  ['${typeName}', ${namespace}.${name}],`).join('\n')}
];
export const messageTypes = [
${lines.join('\n')}
];
`;
}

/** The declarations of json-tables.js. */
export function emitJsonTableDeclarations() {
  return `${HEADER}export declare const enumTypes: ReadonlyArray<readonly [string, Readonly<Record<string, number>>]>;
export declare const messageTypes: readonly string[];
`;
}

function describe(indexOf) {
  return (field) => {
    const cardinality = field.keyType !== undefined ? '%' : field.repeated ? '*' : field.optional ? '?' : '=';
    const reference = field.type === undefined ? '' : indexOf.get(field.type.typeName);
    return `${field.name}${cardinality}${letterOf(field.kind)}${reference}`;
  };
}

/** `l` for 64-bit integers, which JSON carries as text; `i` and `u` for the others, which are numbers. */
function letterOf(kind) {
  if (KIND_LETTERS[kind] !== undefined) return KIND_LETTERS[kind];
  if (kind === 'uint64' || kind === 'fixed64') return 'L';
  if (kind.endsWith('64')) return 'l';
  return kind === 'uint32' || kind === 'fixed32' ? 'u' : 'i';
}
