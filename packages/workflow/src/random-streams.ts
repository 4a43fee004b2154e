import { currentExecution } from './runtime/current.js';
import { alea, fillFrom, seedBytes, uuid4From, type RandomSource } from './runtime/alea.js';
import type { Execution } from './runtime/execution.js';

/** Random numbers that are the same on every replay. */
export interface WorkflowRandomStream {
  /** From 0 up to 1. */
  random(): number;
  uuid4(): string;
  fill(bytes: Uint8Array): Uint8Array;
  /** Runs the function, whose `Math.random` and `uuid4` draw from this stream. */
  with<T>(fn: () => T): T;
}

/** The stream of the workflow itself, which `Math.random` and `uuid4` draw from. */
export const workflowRandom: WorkflowRandomStream = streamOf(() => currentExecution().random);

const streams = new WeakMap<Execution, Map<string, { readonly seed: bigint; readonly source: RandomSource }>>();

/**
 * A stream of its own by name, so that code of one kind drawing more numbers does not change what code of another kind draws.
 * The same name gives the same stream within a run.
 */
export function getRandomStream(name: string): WorkflowRandomStream {
  if (typeof name !== 'string' || name === '') throw new TypeError('A random stream needs a name');
  return streamOf(() => sourceOf(currentExecution(), name));
}

function sourceOf(execution: Execution, name: string): RandomSource {
  let byName = streams.get(execution);
  if (byName === undefined) streams.set(execution, (byName = new Map()));
  const known = byName.get(name);
  // After a reset all streams begin anew, like the workflow's own.
  if (known?.seed === execution.seed) return known.source;
  const codes = Array.from(name, (character) => character.codePointAt(0) ?? 0);
  const source = alea([...seedBytes(execution.seed), ...codes]);
  byName.set(name, { seed: execution.seed, source });
  return source;
}

function streamOf(source: () => RandomSource): WorkflowRandomStream {
  return {
    random: () => source()(),
    uuid4: () => uuid4From(source()),
    fill: (bytes) => fillFrom(source(), bytes),
    with: (fn) => {
      const execution = currentExecution();
      const { random } = execution;
      execution.random = source();
      try {
        return fn();
      } finally {
        execution.random = random;
      }
    },
  };
}
