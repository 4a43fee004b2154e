import { common } from '@perdure/protocol';

/** A payload as HTTP carries it: headers that begin with `content-`, and a body. */
export interface HttpContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const NOTHING = new Uint8Array();
const PREFIX = 'content-';
/** How a payload is carried that no media type stands for: as it is. */
const WHOLE_PAYLOAD = 'application/x-temporal-payload';
/** The encoding of a payload that came in a media type no encoding stands for. */
const FOREIGN = 'unknown/nexus-content';

/** A payload as headers and a body. */
export function contentOfPayload(payload: common.IPayload | null | undefined): HttpContent {
  if (payload == null) return { headers: {}, body: NOTHING };
  // Of what is kept elsewhere no media type knows.
  const metadata = payload.externalPayloads?.length ? undefined : textMetadata(payload.metadata ?? {});
  const { encoding = '', ...rest } = metadata ?? {};
  const body = payload.data ?? NOTHING;
  const others = Object.keys(rest);
  const { messageType } = rest;
  const hasOnlyMessageType = others.length === 1 && messageType !== undefined && /^[\w.]+$/.test(messageType);
  switch (encoding) {
    case 'binary/null':
      if (others.length === 0 && body.length === 0) return { headers: {}, body };
      break;
    case 'binary/plain':
      if (others.length === 0) return typed('application/octet-stream', body);
      break;
    case 'json/plain':
      if (others.length === 0) return typed('application/json', body);
      break;
    case 'json/protobuf':
      if (hasOnlyMessageType) return typed(`application/json; format=protobuf; message-type="${messageType}"`, body);
      break;
    case 'binary/protobuf':
      if (hasOnlyMessageType) return typed(`application/x-protobuf; message-type="${messageType}"`, body);
      break;
    case FOREIGN:
      if (others.every((name) => /^[\w-]+$/.test(name) && /^[ -~]*$/.test(rest[name] ?? '')))
        return { headers: Object.fromEntries(others.map((name) => [PREFIX + name, rest[name] ?? ''])), body };
      break;
  }
  return typed(WHOLE_PAYLOAD, common.Payload.encode(payload));
}

/** The inverse of `contentOfPayload`. Throws an Error with one sentence if the body is not what its type says. */
export function payloadOfContent(
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array,
): common.IPayload {
  const content = contentHeaders(headers);
  const names = Object.keys(content);
  if (names.length === 0 && body.length === 0) return payload('binary/null', body);
  if (names.length === 1 && content['type'] !== undefined) {
    const { mediaType, parameters } = parseContentType(content['type']);
    const messageType = parameters['message-type'];
    const isProtobuf = parameters['format'] === 'protobuf' && messageType !== undefined;
    switch (mediaType) {
      case WHOLE_PAYLOAD:
        return wholePayload(body);
      case 'application/octet-stream':
        return payload('binary/plain', body);
      case 'application/json':
        if (isProtobuf) return payload('json/protobuf', body, { messageType });
        if (Object.keys(parameters).every((name) => name === 'charset')) return payload('json/plain', body);
        break;
      case 'application/x-protobuf':
        if (messageType !== undefined) return payload('binary/protobuf', body, { messageType });
        break;
    }
  }
  return payload(FOREIGN, body, content);
}

function typed(contentType: string, body: Uint8Array): HttpContent {
  return { headers: { 'content-type': contentType }, body };
}

function payload(encoding: string, data: Uint8Array, more: Readonly<Record<string, string>> = {}): common.IPayload {
  const metadata = Object.entries({ ...more, encoding }).map(([name, value]) => [name, Buffer.from(value)] as const);
  return { metadata: Object.fromEntries(metadata), data };
}

function wholePayload(body: Uint8Array): common.IPayload {
  try {
    return common.Payload.decode(body);
  } catch (error) {
    throw new Error(`The body is no ${WHOLE_PAYLOAD}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Metadata as text; undefined if some of it is none. */
function textMetadata(metadata: Readonly<Record<string, Uint8Array>>): Record<string, string> | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, decoder.decode(value)]));
  } catch {
    return undefined;
  }
}

/** Headers that say what the body is, without their prefix; its length is no matter of the payload. */
function contentHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(PREFIX) && name !== 'content-length' && value) found[name.slice(PREFIX.length)] = value;
  return found;
}

const PARAMETER = /;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/g;

function parseContentType(text: string): {
  readonly mediaType: string;
  readonly parameters: Readonly<Record<string, string>>;
} {
  const mediaType = (text.split(';', 1)[0] ?? '').trim().toLowerCase();
  const parameters = [...text.matchAll(PARAMETER)].map(
    ([, name = '', quoted, plain]) => [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? ''] as const,
  );
  return { mediaType, parameters: Object.fromEntries(parameters) };
}
