import { errorMessage } from '../type-helpers.js';
import { TemporalFailure } from './temporal-failure.js';

/**
 * The message at the end of the chain of causes. The chain is followed through {@link TemporalFailure}s only: an ordinary
 * error is the root, whatever it says its own cause is. `undefined` for what has no message.
 */
export function rootCause(error: unknown): string | undefined {
  let root = error;
  while (root instanceof TemporalFailure && root.cause !== undefined) root = root.cause;
  return errorMessage(root);
}
