/** The rules of the house that no other tool checks, as a pure function of a file's path and text. */

const LARGEST_SOURCE_LINES = 400;

/** Spelled in two halves so that this file passes its own rules. */
const FORBIDDEN = [
  ['TO' + 'DO', 'unfinished work belongs in the issue tracker, not in the code'],
  ['FIX' + 'ME', 'unfinished work belongs in the issue tracker, not in the code'],
  ['XX' + 'X', 'say what is meant'],
  ['HA' + 'CK', 'say why it is the way it is'],
];

const MACHINE_PATH = /(^|[^A-Za-z0-9_.@:/-])\/(home|root|Users|work|mnt)\//m;
const UNFINISHED_TEST = /\b(it|test|describe)\.(skip|only|todo)\b/;
const CODE = /\.(ts|tsx|mts|mjs|js)$/;
const TEST = /\.test\.(ts|tsx)$/;
const INDEX_OF_FOLDER = /(^|\/)src\/(.+\/)?index\.ts$/;

/**
 * What is wrong with a file, one sentence each. `path` is relative to the root and uses forward slashes; generated
 * files are not for this function.
 */
export function checkStyle(path, text) {
  const problems = [];
  for (const [word, advice] of FORBIDDEN) {
    if (new RegExp(`\\b${word}\\b`).test(text)) problems.push(`contains "${word}": ${advice}`);
  }
  if (MACHINE_PATH.test(text)) problems.push('contains a path of one particular machine');
  if (!CODE.test(path)) return problems;
  const lineCount = text.split('\n').length - 1;
  if (!TEST.test(path) && lineCount > LARGEST_SOURCE_LINES) {
    problems.push(`is ${lineCount} lines long: split it before it passes ${LARGEST_SOURCE_LINES}`);
  }
  if (TEST.test(path) && UNFINISHED_TEST.test(text)) problems.push('holds a skipped, exclusive or planned test');
  if (INDEX_OF_FOLDER.test(path) && !/^\/[*/]/.test(text)) {
    problems.push('begins without a comment that says what the folder owns and what it must not know');
  }
  return problems;
}
