/** Owns how emitted code is laid out in modules, and how they import one another. */
import { emitMessageDeclaration, emitEnumDeclaration } from './declarations.mjs';
import { emitDecoder } from './decoders.mjs';
import { emitEncoder } from './encoders.mjs';
import { HEADER } from './header.mjs';
import { emitJsonTableDeclarations, emitJsonTables } from './json-tables.mjs';

const WIRE_VALUES = [
  'EncodedMessage',
  'NO_BYTES',
  'NO_ENTRIES',
  'NO_ITEMS',
  'chosenMember',
  'codec',
  'putEntry',
  'writePresentMember',
];
const WIRE_TYPES = ['Codec', 'Encodable', 'MethodDescription'];

/** All files to write, as a map of file name to content. */
export function emitModules(packages) {
  const files = new Map();
  const fileNames = new Map(packages.map(({ namespace, fileName }) => [namespace, fileName]));
  for (const { fileName, ...contents } of packages) {
    files.set(`${fileName}.js`, emitCode(contents, fileNames));
    files.set(`${fileName}.d.ts`, emitDeclarations(contents, fileNames));
  }
  const services = packages.flatMap((each) => each.services);
  files.set('services.js', emitServices(services, fileNames));
  files.set('services.d.ts', emitServiceDeclarations(services, fileNames));
  files.set('json-tables.js', emitJsonTables(packages));
  files.set('json-tables.d.ts', emitJsonTableDeclarations());
  const index = packages.map(({ namespace, fileName }) => `export * as ${namespace} from './${fileName}.js';`);
  index.push(`export * as services from './services.js';`);
  files.set('index.js', `${HEADER}${index.join('\n')}\n`);
  files.set('index.d.ts', `${HEADER}${index.join('\n')}\n`);
  return files;
}

/** Collects which other modules a module refers to. */
function references(ownNamespace, fileNames) {
  const used = new Set();
  return {
    name(type, prefix) {
      if (type.namespace === ownNamespace) return `${prefix}${type.name}`;
      used.add(type.namespace);
      return `${type.namespace}.${prefix}${type.name}`;
    },
    imports(keyword) {
      return [...used].sort().map((each) => `import ${keyword}* as ${each} from './${fileNames.get(each)}.js';`);
    },
  };
}

function assemble(imports, body) {
  return `${HEADER}${imports.join('\n')}${imports.length > 0 ? '\n' : ''}${body}\n`;
}

/** Code imports the compiled file straight away, which loads sooner; declarations must not name what tsc writes. */
function importsOf(names, body, keyword, from) {
  const used = names.filter((each) => new RegExp(`\\b${each}\\b`).test(body));
  return used.length === 0 ? [] : [`import ${keyword}{ ${used.join(', ')} } from '${from}';`];
}

function emitCode({ namespace, messages, enums }, fileNames) {
  const others = references(namespace, fileNames);
  const parts = enums.map(({ name, values }) => {
    const entries = Object.entries(values).map(([key, value]) => `  ${key}: ${value},`);
    return `export const ${name} = /* @__PURE__ */ Object.freeze({\n${entries.join('\n')}\n});`;
  });
  for (const message of messages) {
    const { name, typeName } = message;
    parts.push(
      emitEncoder(message, others.name),
      emitDecoder(message, others.name),
      `export const ${name} = /* @__PURE__ */ codec('${typeName}', write${name}, read${name});`,
    );
  }
  const body = parts.join('\n');
  return assemble([...importsOf(WIRE_VALUES, body, '', '../dist/wire/index.js'), ...others.imports('')], body);
}

function emitDeclarations({ namespace, messages, enums }, fileNames) {
  const others = references(namespace, fileNames);
  const body = [
    ...enums.map(emitEnumDeclaration),
    ...messages.map((message) => emitMessageDeclaration(message, others.name)),
  ].join('\n');
  return assemble([...importsOf(WIRE_TYPES, body, 'type ', '#wire'), ...others.imports('type ')], body);
}

function emitServices(services, fileNames) {
  const others = references('', fileNames);
  const body = services.map((service) => {
    const methods = service.methods.map((method) => {
      const types = `requestType: ${others.name(method.request, '')}, responseType: ${others.name(method.response, '')}`;
      const streams = `requestStream: ${method.requestStream}, responseStream: ${method.responseStream}`;
      return `    ${method.name}: { name: '${method.name}', path: '${method.path}', ${types}, ${streams} },`;
    });
    const head = `export const ${service.name} = {\n  name: '${service.typeName}',\n  methods: {`;
    return [head, ...methods, '  },', '};'].join('\n');
  });
  return assemble(others.imports(''), body.join('\n'));
}

function emitServiceDeclarations(services, fileNames) {
  const others = references('', fileNames);
  const codecType = (type) => `Codec<${others.name(type, 'I')}, ${others.name(type, '')}>`;
  const body = services
    .map((service) => {
      const methods = service.methods.map(
        ({ name, request, response }) =>
          `    readonly ${name}: MethodDescription<${codecType(request)}, ${codecType(response)}>;`,
      );
      const head = `export declare const ${service.name}: {\n  readonly name: '${service.typeName}';\n  readonly methods: {`;
      return [head, ...methods, '  };', '};'].join('\n');
    })
    .join('\n');
  return assemble([...importsOf(WIRE_TYPES, body, 'type ', '#wire'), ...others.imports('type ')], body);
}
