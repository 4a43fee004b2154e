/** Why an activity is asked to stop: the message of the `CancelledFailure` that it sees. */
export type CancelReason =
  | 'CANCELLED'
  | 'NOT_FOUND'
  | 'TIMED_OUT'
  | 'PAUSED'
  | 'RESET'
  | 'WORKER_SHUTDOWN'
  | 'HEARTBEAT_DETAILS_CONVERSION_FAILED';
