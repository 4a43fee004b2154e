/** What it means when a server completes a handshake and closes the connection then without a word. */
export const CLOSED_AT_ONCE =
  'it closes the connection as soon as it is encrypted. A server does so that wants a client certificate, or another one: ' +
  'see tls.clientCertPair';

/** What it means when a server does not listen to a client that does not encrypt, and to one that does. */
export const SPEAKS_TLS = 'it speaks TLS. Set the option tls, to true if its authority is one that everybody knows';

const UNKNOWN_AUTHORITY =
  'its certificate is signed by an authority that is not known here. Give the certificate of that authority as ' +
  'tls.serverRootCACertificate';
const WANTS_CERTIFICATE = 'it wants a client certificate. Give one as tls.clientCertPair';
const REFUSES_CERTIFICATE =
  'it refuses the client certificate. Give one that its authority signed as tls.clientCertPair';
const SPEAKS_NO_TLS = 'it does not speak TLS there. Leave out the option tls, or give the address of its port for TLS';

/** The codes that Node gives errors of handshakes (see its documentation of TLS), and what they mean here. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['CERT_SIGNATURE_FAILURE', UNKNOWN_AUTHORITY],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet. Is the clock of this machine right?'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', WANTS_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', WANTS_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', REFUSES_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', REFUSES_CERTIFICATE],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', REFUSES_CERTIFICATE],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', REFUSES_CERTIFICATE],
  ['ERR_SSL_WRONG_VERSION_NUMBER', SPEAKS_NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', SPEAKS_NO_TLS],
]);

/** Whether a handshake came as far as the certificate of the server, and ended there. */
export function isUntrusted({ code = '' }: { readonly code?: string }): boolean {
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' || CAUSES.get(code) === UNKNOWN_AUTHORITY;
}

/** Why a handshake failed, for people; `undefined` for an error that says no more than that the server is away. */
export function causeOf(error: Error & { readonly code?: string; readonly reason?: string }): string | undefined {
  const { code = '', reason = '', message } = error;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for other names (${reason}). If it is the right server, give one of its names as tls.serverNameOverride`;
  }
  const known = CAUSES.get(code);
  if (known !== undefined) return `${known} (${code})`;
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? `the TLS handshake failed: ${message}` : undefined;
}
