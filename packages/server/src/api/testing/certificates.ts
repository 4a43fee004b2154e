import { generate } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What TLS tests need: an authority, two leaves of it, and a leaf of nobody's. */
export interface Certificates {
  readonly authority: string;
  readonly server: CertificatePair;
  readonly client: CertificatePair;
  readonly stranger: CertificatePair;
}

/** Makes fresh certificates for 127.0.0.1. */
export async function makeCertificates(): Promise<Certificates> {
  const options = { keyType: 'ec', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...options,
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  const ca = { key: authority.private, cert: authority.cert };
  const issue = async (commonName: string, issuer: typeof ca | undefined): Promise<CertificatePair> => {
    const pair = await generate(
      [
        { name: 'commonName', value: commonName },
        { name: 'organizationName', value: 'Acme' },
      ],
      {
        ...options,
        ...(issuer === undefined ? {} : { ca: issuer }),
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
      },
    );
    return { certificate: pair.cert, privateKey: pair.private };
  };
  return {
    authority: authority.cert,
    server: await issue('127.0.0.1', ca),
    client: await issue('worker-1', ca),
    stranger: await issue('stranger', undefined),
  };
}
