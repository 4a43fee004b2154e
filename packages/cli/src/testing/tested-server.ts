/** Something that not every server does. */
export type Capability = 'schedules' | 'batches' | 'Nexus endpoints' | 'other clusters' | 'version overrides';

/** What our server does not do yet. Whoever adds it takes the line away: from then on the tests ask for it. */
const OURS_LACKS: readonly Capability[] = ['other clusters', 'version overrides'];

/** The server that tests of commands ask: our own, or the one that PERDURE_TEST_ADDRESS names. */
export const TESTED = {
  /** Undefined: our own, a new one for every file of tests. */
  address: process.env['PERDURE_TEST_ADDRESS'] || undefined,
  /** Another server, which the one at `address` may be told to replicate with: PERDURE_TEST_SECOND_CLUSTER. */
  secondCluster: process.env['PERDURE_TEST_SECOND_CLUSTER'] || undefined,
  lacks(capability: Capability): boolean {
    return this.address === undefined && OURS_LACKS.includes(capability);
  },
} as const;
