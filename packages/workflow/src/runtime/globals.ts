import type { Any } from '../any.js';
import { CancellationScope } from '../cancellation-scope.js';
import { DeterminismViolationError } from '../errors.js';
import { log } from '../logs.js';
import { sleep } from '../workflow.js';
import { uuid4From, fillFrom } from './alea.js';
import { currentExecution, maybeExecution } from './current.js';

type Globals = Record<string, unknown>;

/**
 * Makes the globals of a sandbox deterministic: the clock and random numbers are the run's, timers are the server's, and what cannot
 * be the same on replay says so when it is used.
 */
export function installGlobals(target: object): void {
  const globals = target as Globals;
  globals['Date'] = workflowDate(Date);
  Math.random = () => currentExecution('Math.random needs a workflow').random();
  globals['setTimeout'] = setTimeout;
  globals['clearTimeout'] = clearTimeout;
  globals['console'] = workflowConsole();
  globals['crypto'] = workflowCrypto();
  for (const [name, remedy] of FORBIDDEN) globals[name] = forbidden(name, remedy);
}

const FORBIDDEN: readonly (readonly [name: string, remedy: string])[] = [
  ['setInterval', 'Use a loop with sleep().'],
  ['setImmediate', 'Use sleep() or await a promise.'],
  ['fetch', 'Call it in an activity.'],
  ['WeakRef', 'When objects are collected differs from one replay to the next.'],
  ['FinalizationRegistry', 'When objects are collected differs from one replay to the next.'],
];

function forbidden(name: string, remedy: string): unknown {
  return function (): never {
    throw new DeterminismViolationError(
      `${name} cannot be used in workflow code: it would not be the same on replay. ${remedy}`,
    );
  };
}

function workflowDate(Original: DateConstructor): DateConstructor {
  const now = (): number => Math.floor(currentExecution('The time in workflow code needs a workflow').nowMs);
  const WorkflowDate = function (this: unknown, ...args: Any[]): unknown {
    if (new.target === undefined) return new Original(now()).toString();
    const made: Date = args.length === 0 ? new Original(now()) : new (Original as Any)(...args);
    if (new.target !== (WorkflowDate as unknown))
      Object.setPrototypeOf(made, (new.target as { prototype: object }).prototype);
    return made;
  } as unknown as { -readonly [K in keyof DateConstructor]: DateConstructor[K] };
  WorkflowDate.now = now;
  WorkflowDate.parse = Original.parse.bind(Original);
  WorkflowDate.UTC = Original.UTC.bind(Original);
  WorkflowDate.prototype = Original.prototype;
  Object.defineProperty(Original.prototype, 'constructor', { value: WorkflowDate, configurable: true, writable: true });
  return WorkflowDate as DateConstructor;
}

const timeouts = new WeakMap<object, Map<number, CancellationScope>>();

/** A timer of the server's; `clearTimeout` takes the number. */
function setTimeout(callback: (...args: unknown[]) => unknown, ms?: number, ...args: unknown[]): number {
  const execution = currentExecution('Timers need a workflow');
  let scopes = timeouts.get(execution);
  if (scopes === undefined) timeouts.set(execution, (scopes = new Map()));
  const scope = new CancellationScope({ cancellable: true });
  const id = scopes.size === 0 ? 1 : Math.max(...scopes.keys()) + 1;
  scopes.set(id, scope);
  scope
    .run(() => sleep(Math.max(1, ms ?? 1)))
    .then(
      () => {
        scopes.delete(id);
        callback(...args);
      },
      () => void scopes.delete(id),
    )
    .catch((error: unknown) => execution.failTask(error));
  return id;
}

function clearTimeout(id: unknown): void {
  const execution = maybeExecution();
  if (execution === undefined || typeof id !== 'number') return;
  const scopes = timeouts.get(execution);
  scopes?.get(id)?.cancel();
  scopes?.delete(id);
}

/** What is written to the console goes to the worker's log, and not again on replay. */
function workflowConsole(): unknown {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...parts: unknown[]): void => {
      if (maybeExecution()?.hasInfo === true) log[level](parts.map(textOf).join(' '));
    };
  return { log: write('info'), info: write('info'), debug: write('debug'), trace: write('debug'), warn: write('warn'), error: write('error') }; // prettier-ignore
}

function textOf(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part instanceof Error) return part.stack ?? `${part.name}: ${part.message}`;
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}

function workflowCrypto(): unknown {
  const source = () => currentExecution('Random numbers need a workflow').random;
  return {
    randomUUID: () => uuid4From(source()),
    getRandomValues: <T extends ArrayBufferView>(view: T): T => {
      fillFrom(source(), new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return view;
    },
  };
}
