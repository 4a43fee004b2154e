import { readFileSync } from 'node:fs';
import type * as runtime from '@perdure/workflow/runtime';

/** What the code of the runtime evaluates to. */
export interface RuntimeExports {
  readonly runtime: typeof runtime;
  /** The modules that workflow code imports, by name. */
  readonly modules: Readonly<Record<string, object>>;
}

// From sources (under a test runner) the runtime is what the build left in dist.
const url = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/workflow-runtime.js' : '../workflow-runtime.js',
  import.meta.url,
);
let code: string | undefined;

/** The code of the workflow runtime, an expression. */
export function runtimeCode(): string {
  return (code ??= readFileSync(url, 'utf8'));
}
