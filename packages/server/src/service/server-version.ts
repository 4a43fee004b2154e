import { readFileSync } from 'node:fs';

/** The version of this server, as its package.json says it. */
export const SERVER_VERSION: string = readPackageVersion();

/**
 * The release of Temporal's server whose API and behaviour this one is measured against. Temporal's web UI and command
 * line switch features on by comparing the cluster's version with such numbers.
 */
export const COMPATIBLE_TEMPORAL_VERSION = '1.29.1';

function readPackageVersion(): string {
  // The same number of folders above src/service and dist/service.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
