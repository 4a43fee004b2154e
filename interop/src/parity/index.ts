/**
 * Owns the comparison of our public exports and their types with those of the official packages.
 * Must not know what any of them does: only the compiler's view of them.
 */
import { compareEntries } from './compare-entries.js';
import { ENTRIES } from './entries.js';
import { INTENDED } from './intended.js';
import { judge, type Verdict } from './verdict.js';

export { ENTRIES } from './entries.js';
export { summaryOf, tableOf } from './table.js';

/** Compares all packages and holds what differs against the list of intended differences. */
export function checkParity(): Verdict {
  return judge(compareEntries(ENTRIES), INTENDED);
}
