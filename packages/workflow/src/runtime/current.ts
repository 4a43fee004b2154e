import type { Execution } from './execution.js';
import { WorkflowError } from '../errors.js';

let current: Execution | undefined;

/** The execution whose code runs now, if any does. */
export function maybeExecution(): Execution | undefined {
  return current;
}

/** The execution whose code runs now. Throws `WorkflowError` outside workflow code. */
export function currentExecution(what = 'Workflow functions can only be called from workflow code'): Execution {
  if (current === undefined) throw new WorkflowError(`${what}, inside a running workflow.`);
  return current;
}

/** Says whose code runs from now on. */
export function enterExecution(execution: Execution | undefined): void {
  current = execution;
}
