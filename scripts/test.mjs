/**
 * `npm test`: installs, builds and runs the tests, on a machine with nothing but Node and npm. Arguments go to vitest,
 * so `npm test -- packages/engine` runs a part. The last line is `N passed, N failed`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { ROOT, runNode } from './run-step.mjs';

const folder = mkdtempSync(join(tmpdir(), 'perdure-tests-'));
try {
  ensureDependencies(ROOT);
  // Compiled code is needed as well as sources: packages load one another, and worker threads, from dist/.
  const built = await runNode(['scripts/build.mjs']);
  process.exitCode = built === 0 ? await runTests(process.argv.slice(2)) : built;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function runTests(args) {
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...args]);
  const { passed, failed } = existsSync(report)
    ? tally(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 1 };
  console.log(`\n${passed} passed, ${failed} failed`);
  return status === 0 && failed > 0 ? 1 : status;
}

/** Counts a file that could not even be loaded as one failed test. */
function tally({ numPassedTests, numFailedTests, testResults }) {
  const unloadable = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: numPassedTests, failed: numFailedTests + unloadable.length };
}
