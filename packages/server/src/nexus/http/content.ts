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
      if (isForeign(rest, body))
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
  const known = encodingOf(content, body);
  if (known === undefined) return payload(FOREIGN, body, content);
  const { encoding, ...metadata } = known;
  return encoding === WHOLE_PAYLOAD ? wholePayload(body) : payload(encoding, body, metadata);
}

/** The encoding that headers stand for, and the type of its message if it has one; undefined if they stand for none. */
function encodingOf(
  content: Readonly<Record<string, string>>,
  body: Uint8Array,
): { readonly encoding: string; readonly messageType?: string } | undefined {
  const { type, ...others } = content;
  if (Object.keys(others).length > 0) return undefined;
  if (type === undefined) return body.length === 0 ? { encoding: 'binary/null' } : undefined;
  const { mediaType, parameters } = parseContentType(type);
  const messageType = parameters['message-type'];
  switch (mediaType) {
    case WHOLE_PAYLOAD:
      return { encoding: WHOLE_PAYLOAD };
    case 'application/octet-stream':
      return { encoding: 'binary/plain' };
    case 'application/json':
      if (parameters['format'] === 'protobuf' && messageType !== undefined)
        return { encoding: 'json/protobuf', messageType };
      return Object.keys(parameters).every((name) => name === 'charset') ? { encoding: 'json/plain' } : undefined;
    case 'application/x-protobuf':
      return messageType === undefined ? undefined : { encoding: 'binary/protobuf', messageType };
    default:
      return undefined;
  }
}

/** Whether metadata can be headers, and will be taken for nothing else than what came in headers. */
function isForeign(metadata: Readonly<Record<string, string>>, body: Uint8Array): boolean {
  const entries = Object.entries(metadata);
  const areHeaders = entries.every(
    ([name, value]) => /^[a-z0-9-]+$/.test(name) && name !== 'length' && /^[!-~](?:[ -~]*[!-~])?$/.test(value),
  );
  return areHeaders && encodingOf(metadata, body) === undefined;
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
  const found = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && name !== 'content-length' && value ? [[name.slice(PREFIX.length), value]] : [],
  );
  return Object.fromEntries(found) as Record<string, string>;
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
