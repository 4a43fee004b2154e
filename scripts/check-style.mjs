/** Checks every tracked or new text file against the rules in style-rules.mjs; prints what is wrong and exits with 1. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-step.mjs';
import { checkStyle } from './style-rules.mjs';

const CHECKED = /\.(ts|tsx|mts|mjs|js|json|md|yml|yaml)$/;
const EXEMPT = /(^|\/)(package-lock\.json|fixtures\/.*)$/;

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
});
const paths = listed
  .split('\n')
  .filter((path) => CHECKED.test(path) && !EXEMPT.test(path) && existsSync(join(ROOT, path)));

let problemCount = 0;
for (const path of paths) {
  for (const problem of checkStyle(path, readFileSync(join(ROOT, path), 'utf8'))) {
    console.error(`${path} ${problem}`);
    problemCount++;
  }
}
console.log(`${paths.length} files checked, ${problemCount} problems`);
process.exitCode = problemCount === 0 ? 0 : 1;
