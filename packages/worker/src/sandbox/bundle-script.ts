import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLE_FILE } from './stack-mapping.js';

// On the line with the bundle's first, so that lines are those of its source map.
const PROLOGUE = '(function (globalThis, self, global, require, module, exports) { "use strict"; ';
const EPILOGUE = '\n})';
const ENTRY = 'perdure-entry.js';
const INLINE_MAP = /(\n\/\/# sourceMappingURL=data:application\/json[^,]*;base64,)([A-Za-z0-9+/=]+)\s*$/;

/** What V8 is given of a bundle. */
export interface BundleScript {
  readonly code: string;
  /** The name that it has in stacks. */
  readonly filename: string;
}

/**
 * The script whose value is the function that holds the bundle.
 *
 * Under a debugger, or while coverage is measured (`NODE_V8_COVERAGE`), it is also a file, whose source map names files of this
 * machine: tools that work with V8 read both, and lead breakpoints and counts to the lines of TypeScript.
 */
export function bundleScript(bundleCode: string): BundleScript {
  if (!isWatched()) return { code: `${PROLOGUE}${bundleCode}${EPILOGUE}`, filename: BUNDLE_FILE };
  const folder = join(process.cwd(), 'node_modules', '.cache', 'perdure');
  const code = `${PROLOGUE}${withAbsoluteSources(bundleCode, folder)}${EPILOGUE}`;
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const path = join(folder, `workflow-bundle-${hash}.js`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, code);
  } catch {
    // A debugger finds the code in the process, and a measurement goes without it.
  }
  return { code, filename: pathToFileURL(path).href };
}

function isWatched(): boolean {
  return process.env['NODE_V8_COVERAGE'] !== undefined || inspector.url() !== undefined;
}

/** Sources of a bundle are relative to the folder in which it was made. */
function withAbsoluteSources(bundleCode: string, folder: string): string {
  return bundleCode.replace(INLINE_MAP, (_, comment: string, encoded: string) => {
    const map = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as { sources: readonly string[] };
    // What this SDK adds is nobody's source: tools leave out what is in node_modules.
    const sources = map.sources.map((source) => (basename(source) === ENTRY ? join(folder, ENTRY) : resolve(source)));
    return `${comment}${Buffer.from(JSON.stringify({ ...map, sources })).toString('base64')}`;
  });
}
