/** How a connection is encrypted. */
export interface TLSConfig {
  /** The name that the server's certificate must be for, where it is not the one that is connected to. */
  serverNameOverride?: string;
  /** Certificates of authorities in PEM, where the system's are not the ones. */
  serverRootCACertificate?: Uint8Array;
  /** The client's own certificate and key in PEM. */
  clientCertPair?: { crt: Uint8Array; key: Uint8Array };
}

/** A configuration; true for the defaults; false or nothing for no encryption. */
export type TLSConfigOption = TLSConfig | boolean | undefined | null;

/** The configuration, `undefined` for no encryption. With an API key there is encryption unless it is refused by false. */
export function normalizeTlsConfig(tls: TLSConfigOption, apiKey?: string | (() => string)): TLSConfig | undefined {
  if (typeof tls === 'object' && tls !== null) return tls;
  const isEncrypted = tls ?? apiKey !== undefined;
  return isEncrypted ? {} : undefined;
}
