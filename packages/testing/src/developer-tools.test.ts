import { readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { Session, type Debugger } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { generatedPositionFor, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestWorkflowEnvironment } from './index.js';
import * as workflows from './testing/workflows.js';
import { withWorker } from './testing/with-worker.js';

const source = fileURLToPath(new URL('./testing/workflows.ts', import.meta.url));
const sourceLines = readFileSync(source, 'utf8').split('\n');

const session = new Session();
const scripts: Debugger.ScriptParsedEventDataType[] = [];
let coverage: { readonly functionName: string; readonly startOffset: number; readonly count: number }[];
let bundle: Debugger.ScriptParsedEventDataType;
let code: string;
let map: TraceMap;

beforeAll(async () => {
  // As under a debugger.
  inspector.open(0, '127.0.0.1');
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => void scripts.push(params));
  await session.post('Debugger.enable');
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const environment = await TestWorkflowEnvironment.createTimeSkipping();
  await withWorker(environment, async ({ execute }) => execute(workflows.sleeper, ['1 day']));
  await environment.teardown();
  bundle =
    scripts.find(({ url }) => /workflow-bundle-\w+\.js$/.test(url)) ?? expect.unreachable('no bundle was parsed');
  code = (await session.post('Debugger.getScriptSource', { scriptId: bundle.scriptId })).scriptSource;
  const encoded = /^data:application\/json[^,]*;base64,(.+)$/.exec(bundle.sourceMapURL ?? '')?.[1];
  map = new TraceMap(Buffer.from(encoded ?? '', 'base64').toString('utf8'));
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const own = result.find(({ scriptId }) => scriptId === bundle.scriptId) ?? expect.unreachable('nothing was counted');
  coverage = own.functions.map(({ functionName, ranges: [range] }) => ({
    functionName,
    startOffset: range?.startOffset ?? 0,
    count: range?.count ?? 0,
  }));
});

afterAll(() => {
  session.disconnect();
  inspector.close();
});

/** The line of TypeScript, from 1, that holds a text. */
const lineOf = (text: string): number => sourceLines.findIndex((line) => line.includes(text)) + 1;

it('a breakpoint in TypeScript is one in the code that runs', async () => {
  const line = lineOf('await lasting(() => sleep(duration))');
  const generated = generatedPositionFor(map, { source, line, column: sourceLines[line - 1]?.indexOf('lasting') ?? 0 });
  const lineNumber = (generated.line ?? 0) - 1;
  expect(code.split('\n')[lineNumber]).toContain('lasting(() =>');
  const { locations } = await session.post('Debugger.setBreakpointByUrl', { url: bundle.url, lineNumber });
  expect(locations).toContainEqual(expect.objectContaining({ scriptId: bundle.scriptId, lineNumber }));
});

it('a count of V8 is one of the TypeScript function', () => {
  const counts = Object.fromEntries(
    coverage
      .filter(({ functionName }) => functionName === 'sleeper' || functionName === 'daily')
      .map(({ startOffset, count }) => {
        const before = code.slice(0, startOffset).split('\n');
        const position = { line: before.length, column: before.at(-1)?.length ?? 0 };
        const { source: file, line } = originalPositionFor(map, position);
        return [`${file === source ? '' : file}${line}`, count];
      }),
  );
  expect(counts).toMatchObject({
    [lineOf('export async function sleeper')]: 1,
    [lineOf('export async function daily')]: 0,
  });
});

it('tools that read files find the code that runs', () => {
  expect(readFileSync(fileURLToPath(bundle.url), 'utf8')).toBe(code);
});
