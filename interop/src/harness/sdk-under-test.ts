import * as ours from '@perdure/client';
import * as theirs from '@temporalio/client';
import { SDKS, type SdkName } from './workflow-bundles.js';

/** What tests use of a client package. */
export type ClientSdk = Pick<typeof theirs, 'Client' | 'Connection' | 'WorkflowFailedError'>;

/** The client packages of both SDKs. Ours under the types of the official one: tests must not notice. */
export const clientSdks: Readonly<Record<SdkName, ClientSdk>> = {
  perdure: ours as unknown as ClientSdk,
  temporal: theirs,
};

/** Every combination of a client and a worker. */
export const PAIRS = SDKS.flatMap((client) => SDKS.map((worker) => ({ client, worker })));

const chosen = process.env.PERDURE_TEST_SDK ?? 'temporal';
if (chosen !== 'temporal' && chosen !== 'perdure') {
  throw new Error(`PERDURE_TEST_SDK is '${chosen}': use temporal or perdure`);
}

/** The client package of tests that run with one only: the official one, or ours with PERDURE_TEST_SDK=perdure. */
export const sdkUnderTest = chosen;
