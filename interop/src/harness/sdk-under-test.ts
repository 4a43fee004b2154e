import * as ours from '@perdure/client';
import * as theirs from '@temporalio/client';

const chosen = process.env.PERDURE_TEST_SDK ?? 'temporal';
if (chosen !== 'temporal' && chosen !== 'perdure') {
  throw new Error(`PERDURE_TEST_SDK is '${chosen}': use temporal or perdure`);
}

/** The official client package, or with PERDURE_TEST_SDK=perdure ours in its place: tests must not notice. */
export const sdkUnderTest: Pick<typeof theirs, 'Client' | 'Connection' | 'WorkflowFailedError'> =
  chosen === 'perdure' ? (ours as unknown as typeof theirs) : theirs;
