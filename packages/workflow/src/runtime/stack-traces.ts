import type { EnhancedStackTrace, StackTraceFileLocation } from '../interfaces.js';
import type { Execution } from './execution.js';
import { SDK_VERSION } from './sdk-version.js';

/** Where workflow code waits, one block of frames for each thing that it waits for. */
export function stackTrace(execution: Execution): string {
  return stacksOf(execution).join('\n\n');
}

/** The same in parts, with the sources if they are known. */
export function enhancedStackTrace(execution: Execution): EnhancedStackTrace {
  const stacks = stacksOf(execution).map((stack) => ({ locations: stack.split('\n').map(locationOf) }));
  const files = new Set(stacks.flatMap(({ locations }) => locations.flatMap(({ file_path }) => file_path ?? [])));
  const { sourceOf } = execution.options;
  const sources: EnhancedStackTrace['sources'] = {};
  for (const file of files) {
    const content = sourceOf?.(file);
    if (content !== undefined) sources[file] = [{ line_offset: 0, content }];
  }
  return { sdk: { name: 'typescript', version: SDK_VERSION }, sources, stacks };
}

function stacksOf(execution: Execution): string[] {
  const sites = [...execution.waiting.all(), ...execution.conditions.values()].map(({ site }) => site);
  return sites.map(({ stack = '' }) => withoutHeading(stack)).filter((stack) => stack !== '');
}

function withoutHeading(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

function locationOf(line: string): StackTraceFileLocation {
  const match = /^\s+at (?:async )?(?:(.+) \()?(.+?):(\d+):(\d+)\)?$/.exec(line);
  if (match === null) return { internal_code: true };
  const [, functionName, file = '', lineNumber, column] = match;
  return {
    file_path: file,
    line: Number(lineNumber),
    column: Number(column),
    function_name: functionName,
    internal_code: file.includes('node_modules') || file.startsWith('perdure:'),
  };
}
