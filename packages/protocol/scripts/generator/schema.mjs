/**
 * Owns the reading of the descriptor: which packages are emitted, under which names, and the facts of each field.
 * Must not know what the emitted code looks like.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Proto packages whose namespace cannot be the last segment before `v1`. */
const NAMESPACE_OF_PACKAGE = {
  'temporal.api.namespace.v1': 'namespaceApi',
  'google.protobuf': 'google',
  'google.rpc': 'rpc',
  'grpc.health.v1': 'health',
};

/** Packages under `temporal.api` that no server or worker speaks. */
const LEFT_OUT = /^temporal\.api\.(cloud|export|protometa)\b/;

/** The well-known types the API uses; a reference to any other fails the build. */
const WELL_KNOWN_TYPES = /^(Any|Duration|Timestamp|Empty|FieldMask|DoubleValue)$/;

/**
 * Loads the descriptor and returns the packages to emit:
 * `[{ protoPackage, namespace, fileName, messages, enums, services }]`, in a stable order.
 */
export function loadPackages() {
  const root = require('@temporalio/proto/protos/json-module.js');
  root.resolveAll();
  const packages = [];
  visitNamespaces(root, (protoPackage, members) => {
    const namespace = namespaceFor(protoPackage);
    if (namespace === undefined) return;
    const kept = protoPackage === 'google.protobuf' ? members.filter((m) => WELL_KNOWN_TYPES.test(m.name)) : members;
    const { messages, enums, services } = flatten(kept);
    packages.push({
      protoPackage,
      namespace,
      fileName: namespace.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      messages: messages.map(describeMessage),
      enums: enums.map((type) => ({ name: emittedName(type), typeName: fullName(type), values: type.values })),
      services: services.map(describeService),
    });
  });
  return packages.sort((left, right) => (left.namespace < right.namespace ? -1 : 1));
}

function namespaceFor(protoPackage) {
  if (NAMESPACE_OF_PACKAGE[protoPackage] !== undefined) return NAMESPACE_OF_PACKAGE[protoPackage];
  if (!protoPackage.startsWith('temporal.api.') || LEFT_OUT.test(protoPackage)) return undefined;
  return protoPackage.split('.').at(-2);
}

function visitNamespaces(namespace, visit) {
  const members = namespace.nestedArray.filter((member) => !isPlainNamespace(member));
  if (members.length > 0) visit(fullName(namespace), members);
  for (const member of namespace.nestedArray) if (isPlainNamespace(member)) visitNamespaces(member, visit);
}

function isPlainNamespace(member) {
  return member.nestedArray !== undefined && member.fields === undefined && member.methods === undefined;
}

const isMessage = (member) => member.fields !== undefined;
const isEnum = (member) => member.values !== undefined;

function flatten(members) {
  const found = { messages: [], enums: [], services: [] };
  for (const member of members) {
    if (isMessage(member)) {
      found.messages.push(member);
      const inner = flatten(member.nestedArray);
      found.messages.push(...inner.messages);
      found.enums.push(...inner.enums);
    } else if (isEnum(member)) found.enums.push(member);
    else if (member.methods !== undefined) found.services.push(member);
  }
  return found;
}

function fullName(object) {
  return object.fullName.replace(/^\./, '');
}

/** `Outer_Inner` for nested types. */
function emittedName(type) {
  return isMessage(type.parent) ? `${emittedName(type.parent)}_${type.name}` : type.name;
}

/** The package and emitted name of a message or enum, for references. */
function reference(type) {
  let owner = type.parent;
  while (isMessage(owner)) owner = owner.parent;
  const namespace = namespaceFor(fullName(owner));
  const isLeftOut = namespace === 'google' && !WELL_KNOWN_TYPES.test(type.name);
  if (namespace === undefined || isLeftOut) throw new Error(`${fullName(type)} is used but not emitted`);
  return { namespace, name: emittedName(type), typeName: fullName(type) };
}

function describeMessage(type) {
  const fields = type.fieldsArray.map(describeField).sort((left, right) => left.id - right.id);
  const oneofs = new Map();
  for (const field of fields) {
    if (field.oneof !== undefined) oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), field.name]);
  }
  return { name: emittedName(type), typeName: fullName(type), fields, oneofs };
}

/**
 * A field: `kind` is 'message', 'enum' or the scalar's proto name; `repeated`, `packed`, `keyType` (maps), `optional`
 * (presence is tracked) and `oneof` say the rest.
 */
function describeField(field) {
  const { resolvedType } = field;
  const kind = resolvedType === null ? field.type : isMessage(resolvedType) ? 'message' : 'enum';
  const isSynthetic = field.partOf !== null && field.partOf.isProto3Optional;
  const oneof = field.partOf !== null && !isSynthetic ? field.partOf.name : undefined;
  return {
    // The descriptor keeps the proto file's own names in some well-known types.
    name: field.name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
    id: field.id,
    kind,
    type: resolvedType === null ? undefined : reference(resolvedType),
    keyType: field.map ? field.keyType : undefined,
    repeated: field.repeated,
    packed: field.repeated && field.packed,
    optional: isSynthetic || oneof !== undefined || (kind === 'message' && !field.repeated && !field.map),
    oneof,
  };
}

function describeService(service) {
  return {
    name: service.name,
    typeName: fullName(service),
    methods: service.methodsArray.map((method) => ({
      name: method.name,
      path: `/${fullName(service)}/${method.name}`,
      request: reference(method.resolvedRequestType),
      response: reference(method.resolvedResponseType),
      requestStream: method.requestStream === true,
      responseStream: method.responseStream === true,
    })),
  };
}
