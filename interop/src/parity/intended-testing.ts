import type { IntendedDifference } from './difference.js';

/** Differences of the testing package that are meant to be. */
export const TESTING: readonly IntendedDifference[] = [
  {
    entry: 'testing',
    names: 'NexusEndpointIdentifier',
    at: '.version',
    why: 'a 64-bit integer of the wire is a number',
  },
  {
    entry: 'testing',
    names: 'TimeSkippingWorkflowClient',
    at: '.result*',
    why: 'has the types of the result() that it overrides',
  },
];
