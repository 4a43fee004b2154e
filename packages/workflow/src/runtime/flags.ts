/** Ways in which the runtime's behaviour has changed; a run keeps to those it began with. Numbers are those of Temporal's SDK. */
export const SdkFlag = {
  /** Cancellation does not reach into non-cancellable scopes. */
  shieldsNonCancellableScopes: 1,
  /** All jobs of an activation are handed over before microtasks run. */
  handsOverJobsAtOnce: 2,
} as const;
