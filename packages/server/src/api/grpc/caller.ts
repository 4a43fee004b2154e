import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';

import type { Caller } from '../call.js';
import type { Connection } from '../http2/index.js';

/** What is known of the peer of a connection, worked out once. */
export class GrpcCaller implements Caller {
  readonly peer: string;
  readonly tlsSubject: string | undefined;
  /** Calls of this connection whose handlers have not settled, cancelled ones included. */
  callsInFlight = 0;
  /** The peer has been told what compression we read. */
  hasAdvertised = false;

  private constructor(connection: Connection) {
    this.peer = connection.peer;
    this.tlsSubject = connection.socket instanceof TLSSocket ? subjectOf(connection.socket) : undefined;
  }

  /** The caller behind a connection. */
  static of(connection: Connection): GrpcCaller {
    connection.attachment ??= new GrpcCaller(connection);
    return connection.attachment as GrpcCaller;
  }
}

function subjectOf(socket: TLSSocket): string | undefined {
  const { subject } = socket.getPeerCertificate() as Partial<DetailedPeerCertificate>;
  if (subject === undefined) return undefined;
  return Object.entries(subject)
    .map(([attribute, value]) => `${attribute}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(',');
}
