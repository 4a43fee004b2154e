import { connect, type IncomingHttpHeaders } from 'node:http2';
import { CALL_STREAM_PATH } from '@perdure/protocol/call-stream';
import { GrpcServiceError } from '../grpc-service-error.js';
import { GrpcStatus } from '../status.js';
import { CallStreamUnsupportedError } from './errors.js';
import { type CallStreamTarget, tlsOptionsOf } from './target.js';

type Refusal = CallStreamUnsupportedError | GrpcServiceError;

/** How long the answer to the second request may take. */
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Asks once more for a call stream that was answered with something else, this time to read the head and the status of that answer.
 * Resolves with what they say; with undefined if the server cannot be reached any more, or has nothing against it now.
 */
export function whyRefused({ address, tls }: CallStreamTarget): Promise<Refusal | undefined> {
  return new Promise((resolve) => {
    const end = (refusal: Refusal | undefined): void => {
      clearTimeout(timer);
      resolve(refusal);
      session.destroy();
    };
    const timer = setTimeout(() => end(undefined), ANSWER_TIMEOUT_MS);
    const options = tls === undefined ? {} : tlsOptionsOf(tls);
    const session = connect(`${tls === undefined ? 'http' : 'https'}://${address}`, options);
    session.on('error', () => end(undefined));
    const stream = session.request(
      { ':method': 'POST', ':path': CALL_STREAM_PATH, 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    );
    stream.on('error', () => end(undefined));
    stream.on('response', (head) => {
      const refusal = refusalOf(head);
      if (refusal !== undefined) end(refusal);
    });
    stream.on('trailers', (trailers) => end(statusOf(trailers)));
    stream.on('close', () => end(undefined));
    stream.resume();
    // What waits for a hello, or would, is over then.
    stream.end();
  });
}

/** What the head of an answer says against a call stream, if anything. */
export function refusalOf(head: IncomingHttpHeaders): Refusal | undefined {
  const contentType = head['content-type'] ?? '';
  const httpStatus = head[':status' as keyof IncomingHttpHeaders];
  if (Number(httpStatus) !== 200 || !contentType.startsWith('application/grpc')) {
    return new CallStreamUnsupportedError(`the server answered the call stream with HTTP status ${String(httpStatus)}`);
  }
  return statusOf(head);
}

/** The status that an answer ends with, unless it is OK. */
function statusOf(headers: IncomingHttpHeaders): Refusal | undefined {
  const status = headers['grpc-status'];
  if (status === undefined || Number(status) === GrpcStatus.OK) return undefined;
  const message = readMessage(headers['grpc-message']);
  // A server that is on its way out has the call stream, and so has the next one perhaps.
  if (Number(status) === GrpcStatus.UNAVAILABLE) return new GrpcServiceError(GrpcStatus.UNAVAILABLE, message);
  return new CallStreamUnsupportedError(`the server refused the call stream: ${message}`);
}

function readMessage(header: string | string[] | undefined): string {
  try {
    return decodeURIComponent(String(header ?? 'no reason given'));
  } catch {
    return String(header);
  }
}
