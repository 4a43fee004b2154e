/** Owns the source text of `writeX(message, writer)`. */
import { isPackable, methodOf, packedMethodOf, packedTagOf, tagOf } from './wire-types.mjs';

/**
 * Members of a oneof with more members than this are looked for among what the object has, since asking it for one after the other
 * takes longer: of a history event's sixty there is at most one.
 */
const LARGEST_ENUMERATED_ONEOF = 6;

/** The encoder of a message; `call(type, verb)` gives the expression that names another type's function. */
export function emitEncoder(message, call) {
  const large = largeOneofs(message);
  const lines = message.fields.flatMap((field) => {
    if (!large.has(field.oneof)) return [`  ${emitField(field, call)}`];
    const isFirst = message.oneofs.get(field.oneof)[0] === field.name;
    return isFirst ? [`  writePresentMember(m, ${tableOf(message, field.oneof)}, w);`] : [];
  });
  return [
    ...[...large].map((oneof) => emitTable(message, oneof, call)),
    `export function write${message.name}(m, w) {`,
    '  if (m instanceof EncodedMessage) return w.splice(m);',
    ...(lines.length > 0 ? ['  let v;'] : []),
    ...lines,
    '}',
  ].join('\n');
}

/** Large oneofs that stand together, and whose members are all messages. */
function largeOneofs(message) {
  const names = [...message.oneofs].filter(([name, members]) => {
    const fields = message.fields.filter((field) => field.oneof === name);
    const begin = message.fields.indexOf(fields[0]);
    const isTogether = fields.every((field, index) => message.fields[begin + index] === field);
    return members.length > LARGEST_ENUMERATED_ONEOF && isTogether && fields.every(({ kind }) => kind === 'message');
  });
  return new Set(names.map(([name]) => name));
}

function tableOf(message, oneof) {
  return `${message.name}_${oneof}`;
}

function emitTable(message, oneof, call) {
  const members = message.fields.filter((field) => field.oneof === oneof);
  const entries = members.map((field) => `  ${field.name}(v, w) ${emitValue(field.id, field, 'v', call)},`);
  return `const ${tableOf(message, oneof)} = {\n  __proto__: null,\n${entries.join('\n')}\n};`;
}

function emitField(field, call) {
  const read = `(v = m.${field.name})`;
  if (field.keyType !== undefined) {
    const entry = `const at = w.fork(${packedTagOf(field.id)}, undefined); ${emitKey(field)} ${emitMapValue(field, call)} w.join(at);`;
    return `if (${read} != null) for (const k of Object.keys(v)) { ${entry} }`;
  }
  if (field.repeated && isPackable(field.kind)) {
    return `if (${read} != null && v.length > 0) w.${packedMethodOf(field.kind)}(${packedTagOf(field.id)}, v);`;
  }
  if (field.repeated) return `if (${read} != null) for (const e of v) ${emitValue(field.id, field, 'e', call)}`;
  return `if (${presence(field, read)}) ${emitValue(field.id, field, 'v', call)}`;
}

/** When a singular field is written: always if presence is tracked, else only what is not the default. */
function presence(field, read) {
  if (field.optional) return `${read} != null`;
  if (field.kind === 'bytes') return `${read} != null && v.length > 0`;
  // NaN and -0 are not the default of a number, but falsy.
  if (field.kind === 'double' || field.kind === 'float') return `${read} != null && !Object.is(v, 0)`;
  return read;
}

function emitKey(field) {
  return `w.${methodOf(field.keyType)}(${tagOf(1, field.keyType)}, ${field.keyType === 'string' ? 'k' : 'Number(k)'});`;
}

function emitMapValue(field, call) {
  return emitValue(2, field, 'v[k]', call);
}

function emitValue(id, field, value, call) {
  const tag = tagOf(id, field.kind);
  if (field.kind !== 'message') return `w.${methodOf(field.kind)}(${tag}, ${value});`;
  const mark = `at${id}`;
  return `{ const ${mark} = w.fork(${tag}, ${value}); ${call(field.type, 'write')}(${value}, w); w.join(${mark}); }`;
}
