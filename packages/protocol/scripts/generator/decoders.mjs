/** Owns the source text of `readX(reader, into)`. */
import { defaultOf, isPackable, methodOf, packedTagOf, tagOf } from './wire-types.mjs';

/**
 * Members of a oneof with more members than this are not part of the object until one is read: a history event would
 * otherwise carry sixty empty slots.
 */
const LARGEST_PREALLOCATED_ONEOF = 6;

/** The decoder of a message; `call(type, verb)` gives the expression that names another type's function. */
export function emitDecoder(message, call) {
  const names = message.fields.map((field) => `${field.id} ${field.name}`).join(',');
  const oneofs = [...message.oneofs].map(([name, members]) => {
    const list = members.map((member) => `'${member}'`).join(', ');
    return `  let ${name}Member = into === undefined ? '' : chosenMember(into, [${list}]);`;
  });
  return [
    `export function read${message.name}(r, into) {`,
    `  const m = into ?? { ${emitDefaults(message)} };`,
    ...oneofs,
    '  let tag = 0;',
    '  try {',
    '    for (; r.pos < r.limit; tag = 0) {',
    '      switch ((tag = r.tag())) {',
    ...message.fields.flatMap((field) => emitCases(field, call)).map((line) => `        ${line}`),
    '        default: r.skip(tag);',
    '      }',
    '    }',
    '  } catch (error) {',
    `    throw r.explain(error, '${message.typeName}', '${names}', tag);`,
    '  }',
    '  return m;',
    '}',
  ].join('\n');
}

function emitDefaults(message) {
  const isLate = (field) => (message.oneofs.get(field.oneof)?.length ?? 0) > LARGEST_PREALLOCATED_ONEOF;
  return message.fields
    .filter((field) => !isLate(field))
    .map((field) => `${field.name}: ${initialValue(field)}`)
    .join(', ');
}

function initialValue(field) {
  if (field.keyType !== undefined) return 'NO_ENTRIES';
  if (field.repeated) return 'NO_ITEMS';
  return field.optional ? 'undefined' : defaultOf(field.kind);
}

function emitCases(field, call) {
  const target = `m.${field.name}`;
  if (field.keyType !== undefined)
    return [`case ${packedTagOf(field.id)}: { ${emitEntry(field, target, call)} break; }`];
  if (field.repeated) return emitRepeated(field, target, call);
  const settle = field.oneof === undefined ? '' : emitOneof(field);
  const tag = tagOf(field.id, field.kind);
  if (field.kind !== 'message') return [`case ${tag}: ${settle}${target} = r.${methodOf(field.kind)}(); break;`];
  const nested = `${target} = ${call(field.type, 'read')}(r, ${target})`;
  return [`case ${tag}: { ${settle}const outer = r.enter(); ${nested}; r.leave(outer); break; }`];
}

/** The last member of a oneof on the wire wins; one that came before is taken back. */
function emitOneof(field) {
  const member = `${field.oneof}Member`;
  const takeBack = `if (${member} !== '' && ${member} !== '${field.name}') m[${member}] = undefined;`;
  return `${takeBack} ${member} = '${field.name}'; `;
}

function emitRepeated(field, target, call) {
  const list = `(${target} === NO_ITEMS ? (${target} = []) : ${target})`;
  const tag = tagOf(field.id, field.kind);
  if (field.kind === 'message') {
    const read = `${call(field.type, 'read')}(r, undefined)`;
    return [`case ${tag}: { const outer = r.enter(); ${list}.push(${read}); r.leave(outer); break; }`];
  }
  const one = `case ${tag}: ${list}.push(r.${methodOf(field.kind)}()); break;`;
  if (!isPackable(field.kind)) return [one];
  const all = `while (r.pos < r.limit) ${list}.push(r.${methodOf(field.kind)}());`;
  return [one, `case ${packedTagOf(field.id)}: { const outer = r.enter(); ${all} r.leave(outer); break; }`];
}

function emitEntry(field, target, call) {
  const isMessage = field.kind === 'message';
  const initial = isMessage ? 'undefined' : defaultOf(field.kind);
  const nested = `{ const inner = r.enter(); v = ${isMessage ? call(field.type, 'read') : ''}(r, v); r.leave(inner); break; }`;
  const valueCase = isMessage ? nested : `v = r.${methodOf(field.kind)}(); break;`;
  const value = isMessage ? `v ?? ${call(field.type, 'read')}(r, undefined)` : 'v';
  return [
    `const outer = r.enter(); let k = ${defaultOf(field.keyType)}; let v = ${initial};`,
    'while (r.pos < r.limit) { const inside = r.tag(); switch (inside) {',
    `case ${tagOf(1, field.keyType)}: k = r.${methodOf(field.keyType)}(); break;`,
    `case ${tagOf(2, field.kind)}: ${valueCase}`,
    'default: r.skip(inside); } }',
    `putEntry(${target} === NO_ENTRIES ? (${target} = {}) : ${target}, ${field.keyType === 'string' ? 'k' : 'String(k)'}, ${value});`,
    'r.leave(outer);',
  ].join(' ');
}
