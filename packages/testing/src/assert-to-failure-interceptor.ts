import { AssertionError } from 'node:assert';
import { ApplicationFailure, type WorkflowInterceptors } from '@perdure/workflow';

/** Turns failed assertions in workflow functions and signal handlers into failures that are not retried. */
export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [
      {
        execute: (input, next) => failing(next(input)),
        handleSignal: (input, next) => failing(next(input)),
      },
    ],
  };
}

async function failing<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const failure = ApplicationFailure.nonRetryable(error.message);
    if (error.stack !== undefined) failure.stack = error.stack;
    throw failure;
  }
}
