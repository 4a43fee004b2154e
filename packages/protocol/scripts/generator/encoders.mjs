/** Owns the source text of `writeX(message, writer)`. */
import { isPackable, methodOf, packedMethodOf, packedTagOf, tagOf } from './wire-types.mjs';

/** The encoder of a message; `call(type, verb)` gives the expression that names another type's function. */
export function emitEncoder(message, call) {
  const lines = message.fields.map((field) => `  ${emitField(field, call)}`);
  return [
    `export function write${message.name}(m, w) {`,
    '  if (m instanceof EncodedMessage) return w.splice(m);',
    ...(lines.length > 0 ? ['  let v;'] : []),
    ...lines,
    '}',
  ].join('\n');
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
