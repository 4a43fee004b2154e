/**
 * `npm run parity`: compares our exports and their types with those of the official packages, prints what differs and
 * why, and exits with 1 when something differs that interop/src/parity/intended.ts gives no reason for, or when a listed
 * difference is none.
 */
import { ensureDependencies } from './dependencies.mjs';
import { ROOT, runNode } from './run-step.mjs';

ensureDependencies(ROOT);
if ((await runNode(['scripts/build.mjs'])) !== 0) process.exit(1);

const { checkParity, summaryOf, tableOf } = await import('../interop/dist/parity/index.js');
const verdict = checkParity();
console.log(`${tableOf(verdict)}\n\nparity: ${summaryOf(verdict)}`);
process.exitCode = verdict.unexplained.length + verdict.stale.length === 0 ? 0 : 1;
