import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where a module of this package is that goes into workflow bundles, compiled or (under a test runner) as source. */
export function workflowModulePath(name: string): string {
  const compiled = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return existsSync(compiled) ? compiled : fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
