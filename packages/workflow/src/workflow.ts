import {
  extractWorkflowTypeAndConfig,
  mapToPayloads,
  msToNumber,
  type Duration,
  type SearchAttributes,
  type SearchAttributeUpdatePair,
  type SignalDefinition,
  type SignalTypeInfo,
  type WithWorkflowArgs,
  type Workflow,
  type WorkflowDefinitionConfig,
  type WorkflowDefinitionOptionsOrGetter,
  type WorkflowResultType,
  type WorkflowReturnType,
  type WorkflowSignalOptions,
} from '@perdure/common';
import {
  composeInterceptors,
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  encodeUnifiedSearchAttributes,
} from '@perdure/common/internal';
import type { Any } from './any.js';
import { CancellationScope, listenForCancel, registerSleepImplementation } from './cancellation-scope.js';
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowOptions,
  type ChildWorkflowOptionsWithDefaults,
  type UpdateInfo,
  type WorkflowInfo,
} from './interfaces.js';
import type { SignalWorkflowInput, TimerOptions } from './interceptors.js';
import { uuid4From } from './runtime/alea.js';
import { currentExecution, maybeExecution } from './runtime/current.js';
import { callSite, stopListening, type Execution } from './runtime/execution.js';
import {
  cancelExternalWorkflow,
  signalWorkflow,
  startChild as beginChild,
  startTimer,
} from './runtime/start-commands.js';
import { currentUpdate } from './runtime/update-scope.js';
import type { ChildWorkflowHandle, ExternalWorkflowHandle } from './workflow-handle.js';

registerSleepImplementation(sleep);

/** Waits, for as long as it takes: the timer is the server's. At least a millisecond. */
export function sleep(ms: Duration, options?: TimerOptions): Promise<void> {
  const execution = currentExecution('sleep is for workflow code');
  const run = composeInterceptors(execution.interceptors.outbound, 'startTimer', startTimer);
  const durationMs = Math.max(1, msToNumber(ms));
  return run({ durationMs, seq: execution.next('timer'), options });
}

/** Waits until the function answers true. With a timeout, answers whether it did in time. */
export function condition(fn: () => boolean, timeout: Duration, options: TimerOptions): Promise<boolean>;
export function condition(fn: () => boolean, timeout: Duration): Promise<boolean>;
export function condition(fn: () => boolean): Promise<void>;
export async function condition(
  fn: () => boolean,
  timeout?: Duration,
  options?: TimerOptions,
): Promise<void | boolean> {
  currentExecution('condition is for workflow code');
  if (timeout === undefined) return await waitForCondition(fn);
  return await CancellationScope.cancellable(async () => {
    try {
      return await Promise.race([sleep(timeout, options).then(() => false), waitForCondition(fn).then(() => true)]);
    } finally {
      CancellationScope.current().cancel();
    }
  });
}

function waitForCondition(fn: () => boolean): Promise<void> {
  const execution = currentExecution();
  return new Promise((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      scope.cancelRequested.catch(reject);
      return;
    }
    const seq = execution.next('condition');
    const onCancel = scope.cancellable
      ? (reason: unknown): void => {
          execution.conditions.delete(seq);
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it is
          reject(reason);
        }
      : undefined;
    if (onCancel !== undefined) listenForCancel(scope, onCancel);
    // What holds already needs no waiting.
    if (fn()) {
      stopListening({ scope, onCancel });
      resolve();
    } else execution.conditions.set(seq, { holds: fn, resolve, site: callSite(condition), scope, onCancel });
  });
}

/** What the workflow knows of itself. */
export function workflowInfo(): WorkflowInfo {
  return currentExecution('workflowInfo is for workflow code').info;
}

/** The update that the current handler carries out; `undefined` elsewhere. */
export function currentUpdateInfo(): UpdateInfo | undefined {
  currentExecution('currentUpdateInfo is for workflow code');
  return currentUpdate();
}

/** Whether the code runs in a workflow. */
export function inWorkflowContext(): boolean {
  return maybeExecution() !== undefined;
}

/** A UUID that is the same on every replay. */
export function uuid4(): string {
  return uuid4From(currentExecution('uuid4 is for workflow code').random);
}

/** Fills in what a child workflow is not told. */
export function addDefaultWorkflowOptions<T extends Workflow>(
  opts: WithWorkflowArgs<T, ChildWorkflowOptions>,
): ChildWorkflowOptionsWithDefaults {
  const { args, workflowId, ...rest } = opts as ChildWorkflowOptions & { args?: readonly unknown[] };
  return {
    workflowId: workflowId ?? uuid4(),
    args: [...(args ?? [])],
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...rest,
  };
}

type ChildWorkflowDefinitionOptions = Omit<ChildWorkflowOptions, 'typeInfo'> & { typeInfo?: never };

/** Starts a child workflow and waits until it has started. */
export function startChild<T extends Workflow>(
  workflowType: string,
  options: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends Workflow>(
  workflowFunc: T,
  options: WithWorkflowArgs<T, ChildWorkflowDefinitionOptions>,
): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends () => Promise<Any>>(workflowType: string): Promise<ChildWorkflowHandle<T>>;
export function startChild<T extends () => Promise<Any>>(workflowFunc: T): Promise<ChildWorkflowHandle<T>>;
export async function startChild<T extends Workflow>(
  workflowTypeOrFunc: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<ChildWorkflowHandle<T>> {
  const { started, completed, workflowId } = await beginChildWorkflow(workflowTypeOrFunc, options);
  const firstExecutionRunId = await started;
  const signal = childSignal(workflowId);
  return {
    workflowId,
    firstExecutionRunId,
    result: async () => (await completed) as WorkflowResultType<T>,
    signal: (def, ...args) => signal(typeof def === 'string' ? def : def.name, args, typeof def === 'string' ? undefined : def.typeInfo), // prettier-ignore
    signalWithOptions: (signalName, { args, typeInfo }) => signal(signalName, args ?? [], typeInfo),
  };
}

/** Runs a child workflow and waits for its result. */
export function executeChild<T extends Workflow>(
  workflowType: string,
  options: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<WorkflowResultType<T>>;
export function executeChild<T extends Workflow>(
  workflowFunc: T,
  options: WithWorkflowArgs<T, ChildWorkflowDefinitionOptions>,
): Promise<WorkflowResultType<T>>;
export function executeChild<T extends () => WorkflowReturnType>(workflowType: string): Promise<WorkflowResultType<T>>;
export function executeChild<T extends () => WorkflowReturnType>(workflowFunc: T): Promise<WorkflowResultType<T>>;
export async function executeChild<T extends Workflow>(
  workflowTypeOrFunc: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<WorkflowResultType<T>> {
  const { started, completed } = await beginChildWorkflow(workflowTypeOrFunc, options);
  await started;
  return (await completed) as WorkflowResultType<T>;
}

async function beginChildWorkflow<T extends Workflow>(
  workflowTypeOrFunc: string | T,
  options?: WithWorkflowArgs<T, ChildWorkflowOptions>,
): Promise<{ started: Promise<string>; completed: Promise<unknown>; workflowId: string }> {
  const execution = currentExecution('Child workflows are started by workflow code');
  const withDefaults = addDefaultWorkflowOptions((options ?? {}) as WithWorkflowArgs<T, ChildWorkflowOptions>);
  const { type, typeInfo } = extractWorkflowTypeAndConfig(workflowTypeOrFunc, withDefaults.typeInfo);
  const run = composeInterceptors(execution.interceptors.outbound, 'startChildWorkflowExecution', beginChild);
  const [started, completed] = await run({
    seq: execution.next('child'),
    options: typeInfo === undefined ? withDefaults : { ...withDefaults, typeInfo },
    headers: {},
    workflowType: type,
  });
  return { started, completed, workflowId: withDefaults.workflowId };
}

type SignalArgs = { readonly args: unknown[]; readonly typeInfo?: SignalTypeInfo | undefined };

function childSignal(childWorkflowId: string) {
  return (signalName: string, args: unknown[], typeInfo?: SignalTypeInfo): Promise<void> =>
    sendSignal({ signalName, args, typeInfo, target: { type: 'child', childWorkflowId } });
}

function sendSignal({
  signalName,
  args,
  typeInfo,
  target,
}: SignalArgs & Pick<SignalWorkflowInput, 'signalName' | 'target'>): Promise<void> {
  const execution = currentExecution('Signals are sent by workflow code');
  const run = composeInterceptors(execution.interceptors.outbound, 'signalWorkflow', signalWorkflow);
  return run({ seq: execution.next('signal'), signalName, args, typeInfo, target, headers: {} });
}

/** Another workflow of the namespace, to be signalled or cancelled. */
export function getExternalWorkflowHandle(workflowId: string, runId?: string): ExternalWorkflowHandle {
  currentExecution('getExternalWorkflowHandle is for workflow code');
  const target = { type: 'external', workflowExecution: { workflowId, runId } } as const;
  return {
    workflowId,
    runId,
    cancel: () => cancelExternalWorkflow(workflowId, runId),
    signal: <Args extends Any[]>(def: SignalDefinition<Args> | string, ...args: Args) =>
      typeof def === 'string'
        ? sendSignal({ signalName: def, args, target })
        : sendSignal({ signalName: def.name, args, typeInfo: def.typeInfo, target }),
    signalWithOptions: <Args extends Any[]>(signalName: string, { args, typeInfo }: WorkflowSignalOptions<Args>) =>
      sendSignal({ signalName, args: args ?? [], typeInfo, target }),
  };
}

/**
 * Whether this run goes the new way. New runs do, and their history remembers it; runs that came here before the change go on
 * the old way.
 */
export function patched(patchId: string): boolean {
  return askForPatch(patchId, false);
}

/** Says that no run goes the old way any more. Keep it until the runs that remember the patch are over, then remove it. */
export function deprecatePatch(patchId: string): void {
  askForPatch(patchId, true);
}

function isPatchActive(execution: Execution, patchId: string): boolean {
  if (execution.knownPatches.has(patchId)) return true;
  // A run that is replayed and has no marker of the patch came here before the change.
  if (execution.isReplaying) return false;
  const decided = execution.patchDecisions.get(patchId);
  if (decided !== undefined) return decided;
  const decision = execution.decidePatch(patchId);
  execution.patchDecisions.set(patchId, decision);
  return decision;
}

function askForPatch(patchId: string, deprecated: boolean): boolean {
  const execution = currentExecution('Patches are for workflow code');
  if (!deprecated && !isPatchActive(execution, patchId)) return false;
  if (execution.sentPatches.has(patchId)) return true;
  execution.push({ kind: 'setPatchMarker', patchId, deprecated, callSite: callSite(askForPatch) });
  execution.sentPatches.add(patchId);
  execution.knownPatches.add(patchId);
  return true;
}

/** Sets search attributes of this run; the others stay as they are, and `null` or an empty list removes one. */
export function upsertSearchAttributes(searchAttributes: SearchAttributes | SearchAttributeUpdatePair[]): void {
  const execution = currentExecution('upsertSearchAttributes is for workflow code');
  if (searchAttributes == null) throw new TypeError('upsertSearchAttributes needs attributes');
  const encoded = Array.isArray(searchAttributes)
    ? encodeUnifiedSearchAttributes(undefined, searchAttributes)
    : encodeUnifiedSearchAttributes(searchAttributes);
  execution.push({
    kind: 'upsertWorkflowSearchAttributes',
    searchAttributes: encoded,
    callSite: callSite(upsertSearchAttributes),
  });
  const { info } = execution;
  // What is set to nothing is removed.
  const kept = Object.entries(info.searchAttributes).filter(([name]) => !Object.hasOwn(encoded, name));
  const untyped: SearchAttributes = { ...Object.fromEntries(kept), ...decodeSearchAttributes(encoded) };
  const removed = info.typedSearchAttributes.getAll().filter(({ key }) => Object.hasOwn(encoded, key.name));
  const typed = info.typedSearchAttributes.updateCopy([
    ...removed.map(({ key }) => ({ key, value: null })),
    ...decodeTypedSearchAttributes(encoded).getAll(),
  ] as SearchAttributeUpdatePair[]);
  Object.assign(info, { searchAttributes: untyped, typedSearchAttributes: typed });
}

/** Sets fields of the memo; `null` removes one. */
export function upsertMemo(memo: Record<string, unknown>): void {
  const execution = currentExecution('upsertMemo is for workflow code');
  if (memo == null) throw new TypeError('upsertMemo needs fields');
  const { payloadConverter, serializationContext, info } = execution;
  // A field is removed by nothing at all: `null` as JSON would be a value like any other.
  const fields = Object.fromEntries(Object.entries(memo).map(([name, value]) => [name, value ?? undefined]));
  execution.push({
    kind: 'modifyWorkflowProperties',
    upsertedMemo: mapToPayloads(payloadConverter, fields, serializationContext, 'Memo field'),
    callSite: callSite(upsertMemo),
  });
  const merged = { ...info.memo, ...fields };
  for (const [name, value] of Object.entries(merged)) if (value === undefined) delete merged[name];
  Object.assign(info, { memo: merged });
}

/** Sets how a workflow function is run by its worker. Call it where the function is defined. */
export function setWorkflowOptions<A extends Any[], RT>(
  options: WorkflowDefinitionOptionsOrGetter,
  fn: (...args: A) => Promise<RT>,
): void {
  Object.assign(fn, { workflowDefinitionOptions: options });
}

/** Sets what is known of a workflow function: how it is run, and the types of its arguments and result. */
export function defineWorkflowOptions<A extends Any[], RT>(
  fn: (...args: A) => Promise<RT>,
  { workflowDefinitionOptions, staticOptions }: WorkflowDefinitionConfig,
): void {
  if (workflowDefinitionOptions !== undefined) setWorkflowOptions(workflowDefinitionOptions, fn);
  if (staticOptions !== undefined) Object.assign(fn, { staticOptions });
}

/** What `setCurrentDetails` was last told; empty at first. */
export function getCurrentDetails(): string {
  return currentExecution('getCurrentDetails is for workflow code').currentDetails;
}

/** Says in a few lines what the workflow is doing, for user interfaces. */
export function setCurrentDetails(details: string): void {
  currentExecution('setCurrentDetails is for workflow code').currentDetails = details;
}
