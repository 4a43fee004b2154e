/**
 * `node scripts/inline-libraries.mjs packages/server`: the modules of `src/inlined` each pass on what we use of one library. This puts
 * that much of the library into the compiled module, with its licence beside it, so that an application need not install the rest of it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Libraries in CommonJS ask for what Node has with `require`, which modules do not have. */
const REQUIRE = `import { createRequire as createRequireOfNode } from 'node:module';
const require = createRequireOfNode(import.meta.url);
`;

const packageRoot = join(fileURLToPath(new URL('..', import.meta.url)), process.argv[2]);
const outdir = join(packageRoot, 'dist', 'inlined');
const modules = readdirSync(join(packageRoot, 'src', 'inlined')).map((name) =>
  join(packageRoot, 'src', 'inlined', name),
);

const { metafile, outputFiles } = await build({
  entryPoints: modules,
  outdir,
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20.19',
  // Names and lines stay, so that a stack can be read.
  minify: false,
  legalComments: 'none',
  metafile: true,
  absWorkingDir: packageRoot,
  logLevel: 'warning',
});
mkdirSync(outdir, { recursive: true });
for (const { path, text } of outputFiles) writeFileSync(path, text.includes('var __require =') ? REQUIRE + text : text);
const libraries = librariesOf(Object.keys(metafile.inputs).map((path) => join(packageRoot, path)));
writeFileSync(join(outdir, 'LICENSES.txt'), libraries.map(licenceOf).join('\n'));
const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
console.log(`${process.argv[2]}: ${Math.round(bytes / 1024)} KB of libraries inlined (${libraries.length} packages)`);

/** The folders of the packages that these files belong to. */
function librariesOf(files) {
  const outside = files.filter((file) => file.includes('node_modules'));
  return [...new Set(outside.map(packageFolderOf))].sort();
}

function packageFolderOf(file) {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) || readManifest(folder).name === undefined) folder = dirname(folder);
  return folder;
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function licenceOf(folder) {
  const { name, version, license } = readManifest(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no file with its licence, which must go with its code`);
  return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}
