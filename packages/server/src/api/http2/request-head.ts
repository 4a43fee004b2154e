import { ErrorCode } from './constants.js';
import { StreamError } from './errors.js';
import type { HeaderField } from './header-table.js';

/** The head of a request that RFC 9113, section 8.3, calls well formed. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  readonly authority: string;
  /** The value of content-length, or -1. */
  readonly contentLength: number;
  /** Every field in order of arrival; those before `firstRegular` are pseudo-headers. */
  readonly fields: readonly HeaderField[];
  readonly firstRegular: number;
  /** Free for the layer above, which may keep here what it derives of a head: requests of one connection may share it. */
  attachment: unknown;
}

const COLON = 58;

/** Sorts and checks the fields of a request. @throws StreamError PROTOCOL_ERROR for a malformed request. */
export function parseRequestHead(streamId: number, fields: readonly HeaderField[]): RequestHead {
  let method: string | undefined;
  let path: string | undefined;
  let scheme: string | undefined;
  let authority: string | undefined;
  let index = 0;
  for (; index < fields.length; index++) {
    const { name, value, fault } = fields[index] as HeaderField;
    if (name.charCodeAt(0) !== COLON) break;
    if (fault !== undefined) throw malformed(streamId, fault);
    if (name === ':method' && method === undefined) method = value;
    else if (name === ':path' && path === undefined) path = value;
    else if (name === ':scheme' && scheme === undefined) scheme = value;
    else if (name === ':authority' && authority === undefined) authority = value;
    else throw malformed(streamId, `pseudo-header ${name} is unknown or repeated`);
  }
  if (method === undefined || !path || scheme === undefined) {
    throw malformed(streamId, 'the request lacks :method, :path or :scheme');
  }
  const contentLength = checkRegularFields(streamId, fields, index);
  return {
    method,
    path,
    scheme,
    authority: authority ?? '',
    contentLength,
    fields,
    firstRegular: index,
    attachment: undefined,
  };
}

/** Checks the fields that follow the body. @throws StreamError PROTOCOL_ERROR for malformed ones. */
export function checkTrailers(streamId: number, fields: readonly HeaderField[]): void {
  checkRegularFields(streamId, fields, 0);
}

function checkRegularFields(streamId: number, fields: readonly HeaderField[], from: number): number {
  let contentLength = -1;
  for (let index = from; index < fields.length; index++) {
    const { name, value, fault } = fields[index] as HeaderField;
    if (fault !== undefined) throw malformed(streamId, fault);
    if (name.charCodeAt(0) === COLON) throw malformed(streamId, `pseudo-header ${name} follows a regular header`);
    if (name === 'content-length') contentLength = parseContentLength(streamId, value);
    else if (isConnectionSpecific(name, value)) throw malformed(streamId, `header ${name} has no place in HTTP/2`);
  }
  return contentLength;
}

/** RFC 9113, section 8.2.2. */
function isConnectionSpecific(name: string, value: string): boolean {
  switch (name) {
    case 'te':
      return value !== 'trailers';
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
    case 'transfer-encoding':
    case 'upgrade':
      return true;
    default:
      return false;
  }
}

function parseContentLength(streamId: number, value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw malformed(streamId, 'content-length is not a number');
  return Number(value);
}

function malformed(streamId: number, message: string): StreamError {
  return new StreamError(streamId, ErrorCode.protocolError, `malformed request: ${message}`);
}
