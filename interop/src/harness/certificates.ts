import { generate } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface CertificatePair {
  readonly crt: Buffer;
  readonly key: Buffer;
}

/** An authority, certificates that it signed for 127.0.0.1, and one that it did not. */
export interface Certificates {
  readonly authority: Buffer;
  readonly server: CertificatePair;
  readonly client: CertificatePair;
  readonly stranger: CertificatePair;
}

/** Makes fresh certificates. */
export async function makeCertificates(): Promise<Certificates> {
  const options = { keyType: 'ec', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'an authority' }], {
    ...options,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const issue = async (commonName: string, isSigned: boolean): Promise<CertificatePair> => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
      ...options,
      ...(isSigned ? { ca: { key: authority.private, cert: authority.cert } } : {}),
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    return { crt: Buffer.from(cert), key: Buffer.from(key) };
  };
  return {
    authority: Buffer.from(authority.cert),
    server: await issue('127.0.0.1', true),
    client: await issue('a worker', true),
    stranger: await issue('a stranger', false),
  };
}
