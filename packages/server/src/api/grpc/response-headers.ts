import { encodeHeaderBlock } from '../http2/index.js';
import type { ServiceError } from '../service-error.js';
import { encodeStatusDetails, messageForTrailers } from '../status-details.js';
import { ACCEPTED_ENCODINGS } from './compression.js';
import type { HttpRefusal } from './request-headers.js';

type Fields = readonly (readonly [name: string, value: string])[];

const HEAD: Fields = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];
const ADVERTISEMENT: Fields = [['grpc-accept-encoding', ACCEPTED_ENCODINGS]];

/** The head of every response... */
export const RESPONSE_HEAD = encodeHeaderBlock(HEAD);
/** ...of the first on a connection, which says what compression we read... */
export const ADVERTISING_RESPONSE_HEAD = encodeHeaderBlock([...HEAD, ...ADVERTISEMENT]);
/** ...and the trailers of every success, encoded once for the whole process. */
export const OK_TRAILERS = encodeHeaderBlock([['grpc-status', '0']]);

/** The head of a response whose message is compressed. */
export function compressedResponseHead(encoding: string): Buffer {
  return encodeHeaderBlock([...HEAD, ['grpc-encoding', encoding]]);
}

/** The trailers that tell an error, after a head was sent. */
export function errorTrailers(error: ServiceError): Buffer {
  return encodeHeaderBlock(errorFields(error));
}

/** A whole response that consists of an error ("trailers-only"). */
export function errorOnly(error: ServiceError): Buffer {
  const advertisement = error.code === 'UNIMPLEMENTED' ? ADVERTISEMENT : [];
  return encodeHeaderBlock([...HEAD, ...advertisement, ...errorFields(error)]);
}

/** The head of an answer in HTTP for a sender that does not speak gRPC. */
export function refusalHead(refusal: HttpRefusal): Buffer {
  const allow: Fields = refusal.httpStatus === 405 ? [['allow', 'POST']] : [];
  return encodeHeaderBlock([[':status', String(refusal.httpStatus)], ...allow, ['content-type', 'text/plain']]);
}

function errorFields(error: ServiceError): Fields {
  const details = encodeStatusDetails(error);
  const fields: [string, string][] = [
    ['grpc-status', String(error.grpcStatus)],
    ['grpc-message', percentEncode(messageForTrailers(error))],
  ];
  if (details !== undefined) fields.push(['grpc-status-details-bin', base64WithoutPadding(details)]);
  return fields;
}

/** Everything outside printable ASCII, and the percent sign, as `%XX` of its UTF-8 bytes. */
export function percentEncode(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text;
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function base64WithoutPadding(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
