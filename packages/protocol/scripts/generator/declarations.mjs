/** Owns the source text of the type declarations of messages and enums. */

const SCALARS = { string: 'string', bool: 'boolean', bytes: 'Uint8Array' };

/** The two interfaces of a message and its codec; `name(type)` gives the expression that names another type. */
export function emitMessageDeclaration(message, name) {
  const input = message.fields.map((field) => `  ${field.name}?: ${inputType(field, name)} | null;`);
  const output = message.fields.map((field) => `  readonly ${outputField(field, name)};`);
  const type = message.name;
  return [
    ...block(`export interface I${type} extends Encodable`, input),
    ...block(`export interface ${type} extends I${type}`, output),
    `export declare const ${type}: Codec<I${type}, ${type}>;`,
  ].join('\n');
}

/** An enum as an object of numbers plus the union of those numbers. */
export function emitEnumDeclaration(type) {
  const values = Object.entries(type.values).map(([name, value]) => `  readonly ${name}: ${value};`);
  return [
    `export declare const ${type.name}: {`,
    ...values,
    '};',
    `export type ${type.name} = (typeof ${type.name})[keyof typeof ${type.name}];`,
  ].join('\n');
}

function block(head, lines) {
  return lines.length === 0 ? [`${head} {}`] : [`${head} {`, ...lines, '}'];
}

function inputType(field, name) {
  const one = inputValue(field, name);
  if (field.keyType !== undefined) return `Readonly<Record<string, ${one}>>`;
  return field.repeated ? `readonly ${one}[]` : one;
}

function inputValue(field, name) {
  if (field.type !== undefined) return name(field.type, field.kind === 'message' ? 'I' : '');
  return SCALARS[field.kind] ?? 'number';
}

function outputField(field, name) {
  const one = outputValue(field, name);
  if (field.keyType !== undefined) return `${field.name}: Readonly<Record<string, ${one}>>`;
  if (field.repeated) return `${field.name}: readonly ${one}[]`;
  return field.optional ? `${field.name}?: ${one} | undefined` : `${field.name}: ${one}`;
}

function outputValue(field, name) {
  if (field.type !== undefined) return name(field.type, '');
  return SCALARS[field.kind] ?? 'number';
}
