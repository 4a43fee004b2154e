/**
 * Bundles the command into `dist/bundle`: `perdure.js` is all that `--help` reads; the wire definitions and the server
 * are chunks beside it that are loaded by the commands that need them. The threads of the store have an entry of their own.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const outdir = join(packageRoot, 'dist', 'bundle');
const storeThread = new URL('./store/sqlite/thread/entry.js', import.meta.resolve('@perdure/server'));

/** A bundle has no package.json beside it: what a module reads from its own becomes a part of the module. */
const inlinePackageFiles = {
  name: 'inline-package-files',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]server-version\.js$/ }, ({ path }) => {
      const reading = /readFileSync\(new URL\('([./]*package\.json)', import\.meta\.url\), 'utf8'\)/;
      const source = readFileSync(path, 'utf8');
      const [expression, relative] = reading.exec(source) ?? [];
      if (relative === undefined) throw new Error(`${path} no longer reads its package.json in a way known here`);
      const { version } = JSON.parse(readFileSync(new URL(relative, pathToFileURL(path)), 'utf8'));
      return { contents: source.replace(expression, () => JSON.stringify(JSON.stringify({ version }))), loader: 'js' };
    });
  },
};

/** The library of the command line could run other programs, and loads what for at once; nothing here does that. */
const withoutChildProcesses = {
  name: 'without-child-processes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'nothing' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
  },
};

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [
    { in: join(packageRoot, 'dist', 'run.js'), out: 'perdure' },
    // Where the server looks for it: in `thread/`, beside its own code, which is among the chunks.
    { in: fileURLToPath(storeThread), out: 'chunks/thread/entry' },
  ],
  outdir,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifyWhitespace: true,
  minifySyntax: true,
  // Names stay, so that a stack can be read: maps would point to sources that are not installed.
  minifyIdentifiers: false,
  legalComments: 'external',
  // Brings its binaries along in files of its own.
  external: ['@photostructure/sqlite'],
  // Packages in CommonJS ask for what Node has with `require`.
  banner: {
    js: `import{createRequire as perdureRequire}from'node:module';const require=perdureRequire(import.meta.url);`,
  },
  plugins: [inlinePackageFiles, withoutChildProcesses],
  metafile: true,
  absWorkingDir: packageRoot,
  logLevel: 'warning',
});
checkFirstRead(metafile.outputs);

const sizeKb = (path) => Math.round(statSync(path).size / 1024);
const chunks = readdirSync(join(outdir, 'chunks')).filter((name) => name.endsWith('.js'));
const chunksKb = chunks.reduce((total, name) => total + sizeKb(join(outdir, 'chunks', name)), 0);
console.log(
  `cli: bundled the command (${sizeKb(join(outdir, 'perdure.js'))} KB, and ${chunksKb} KB loaded when needed)`,
);

/** Help must not read the server, the wire definitions or gRPC: refuses a bundle whose entry imports them. */
function checkFirstRead(outputs) {
  const read = new Set(['dist/bundle/perdure.js']);
  for (const path of read)
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && outputs[imported] !== undefined) read.add(imported);
  const inputs = [...read].flatMap((path) => Object.keys(outputs[path].inputs));
  const heavy = inputs.filter((path) => /(packages|\.\.)\/(server|protocol|client|engine|common)\/|grpc-js/.test(path));
  if (heavy.length > 0)
    throw new Error(`cli: the command reads at once what only some commands need: ${heavy.join(', ')}`);
}
