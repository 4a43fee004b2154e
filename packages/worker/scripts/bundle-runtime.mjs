/**
 * Bundles what workflow code shares (the public API, the runtime, the converters) into `dist/workflow-runtime.js`: an
 * expression that gives `{ runtime, modules }`. Done once when the package is built, so that a worker only bundles user code.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const MODULES = [
  '@perdure/workflow',
  '@perdure/common',
  '@perdure/common/internal',
  '@perdure/common/protobufs',
  'nexus-rpc',
];

const imports = MODULES.map((name, index) => `import * as module${index} from ${JSON.stringify(name)};`);
const entries = MODULES.map((name, index) => `${JSON.stringify(name)}: module${index}`);
const contents = `${imports.join('\n')}
import * as runtime from '@perdure/workflow/runtime';
export const modules = { ${entries.join(', ')} };
export { runtime };
`;

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  stdin: { contents, resolveDir: packageRoot, loader: 'js' },
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'perdureWorkflowRuntime',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['import', 'default'],
  target: 'es2022',
  legalComments: 'none',
});
const code = `(() => {\n"use strict";\n${outputFiles[0].text}\nreturn perdureWorkflowRuntime;\n})()`;
writeFileSync(new URL('../dist/workflow-runtime.js', import.meta.url), code);
console.log(`worker: bundled the workflow runtime (${Math.round(code.length / 1024)} KB)`);
