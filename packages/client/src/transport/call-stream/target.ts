import type { TLSConfig } from '@perdure/common/internal/conversion';

/** Where a call stream goes. */
export interface CallStreamTarget {
  /** `host:port`. */
  readonly address: string;
  /** `undefined` for no encryption. */
  readonly tls: TLSConfig | undefined;
}

/** The options as Node's TLS takes them. `servername`: what the server is called unless they say so. */
export function tlsOptionsOf(
  { serverNameOverride, serverRootCACertificate, clientCertPair }: TLSConfig,
  servername?: string,
) {
  const pem = (bytes: Uint8Array | undefined): Buffer | undefined => bytes && Buffer.from(bytes);
  return {
    servername: serverNameOverride ?? servername,
    ca: pem(serverRootCACertificate),
    cert: pem(clientCertPair?.crt),
    key: pem(clientCertPair?.key),
  };
}
