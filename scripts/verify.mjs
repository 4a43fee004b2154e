/**
 * `npm run verify`: everything that can be checked, each step named and timed. All steps run even if one fails.
 * `--without-tests` leaves the tests out.
 */
import { ensureDependencies } from './dependencies.mjs';
import { ROOT, runNode, runStep } from './run-step.mjs';

const bin = (path) => `node_modules/${path}`;

const STEPS = [
  [
    'format (npm run format repairs)',
    [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '--cache', '.'],
  ],
  ['style', ['scripts/check-style.mjs']],
  ['build', ['scripts/build.mjs']],
  ['types of tests and scripts', [bin('typescript/bin/tsc'), '-p', 'tsconfig.check.json']],
  ['lint', [bin('eslint/bin/eslint.js'), '--cache', '--cache-location', bin('.cache/eslint/'), '.']],
  [
    'import directions',
    [
      bin('dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      'dependency-cruiser.config.mjs',
      'packages',
      'interop',
      'bench',
      'samples',
    ],
  ],
  ['dead code', [bin('knip/bin/knip.js'), '--no-progress']],
  ['tests', ['scripts/test.mjs']],
];

ensureDependencies(ROOT);
const failed = [];
for (const [title, args] of STEPS) {
  if (title === 'tests' && process.argv.includes('--without-tests')) continue;
  if (!(await runStep(title, () => runNode(args)))) failed.push(title);
}
console.log(failed.length === 0 ? '\nverify: all steps passed' : `\nverify: failed in ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
