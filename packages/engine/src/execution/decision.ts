import type { Rejection } from '../rejection.js';
import type { Transition } from './transition.js';

/**
 * A request honoured: the transitions to commit together (the run's own first; then runs it started under the same
 * workflow id), and what to tell the caller once they are durable.
 */
export interface Accepted<Result> {
  readonly rejected?: undefined;
  readonly transitions: readonly Transition[];
  readonly result: Result;
}

/** A request honoured or refused. */
export type Decision<Result = undefined> = Accepted<Result> | Rejection;

/** Honours a request with one transition. */
export function accept(transition: Transition): Accepted<undefined>;
export function accept<Result>(transition: Transition, result: Result): Accepted<Result>;
export function accept<Result>(transition: Transition, result?: Result): Accepted<Result | undefined> {
  return { transitions: [transition], result };
}
