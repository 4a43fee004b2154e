/**
 * Emits the static codecs of packages/protocol/generated/ from the descriptor in @temporalio/proto.
 * Does nothing if they are newer than what they are made from; `--force` emits regardless.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = join(here, '../generated');

if (process.argv.includes('--force') || isStale()) {
  const { emitModules } = await import('./generator/modules.mjs');
  const { loadPackages } = await import('./generator/schema.mjs');
  const packages = loadPackages();
  const files = emitModules(packages);
  replaceFiles(files);
  const messages = packages.reduce((sum, each) => sum + each.messages.length, 0);
  console.log(`protocol: emitted codecs of ${messages} messages in ${packages.length} packages`);
}

/** Leaves files that did not change alone, so that the compiler and running programs do not notice. */
function replaceFiles(files) {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) if (!files.has(name)) rmSync(join(target, name));
  for (const [name, content] of files) {
    const file = join(target, name);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content);
  }
  // The time of this one says when the rest was last brought up to date.
  utimesSync(join(target, 'index.js'), new Date(), new Date());
}

function isStale() {
  const emittedAt = modifiedAt(join(target, 'index.js'));
  const sources = readdirSync(join(here, 'generator')).map((name) => join(here, 'generator', name));
  const descriptor = createRequire(import.meta.url).resolve('@temporalio/proto/protos/json-module.js');
  return [...sources, join(here, 'generate.mjs'), descriptor].some((file) => modifiedAt(file) > emittedAt);
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
