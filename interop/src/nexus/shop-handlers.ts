import * as ours from '@perdure/client';
import * as oursCommon from '@perdure/common';
import * as theirs from '@temporalio/client';
import * as theirsCommon from '@temporalio/common';
import * as nexus from 'nexus-rpc';
import type { SdkName } from '../harness/index.js';
import { type NexusSdk, nexusSdks } from './sdks.js';

/** What errors are made of, in either SDK. */
interface Classes {
  readonly common: typeof oursCommon;
  readonly ServiceError: typeof ours.ServiceError;
}

const classes: Readonly<Record<SdkName, Classes>> = {
  perdure: { common: oursCommon, ServiceError: ours.ServiceError },
  temporal: { common: theirsCommon as unknown as typeof oursCommon, ServiceError: theirs.ServiceError },
};

const GRPC_STATUSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

/** What a handler does, by the name that it is asked for. */
type Deeds = Readonly<Record<string, (ctx: nexus.OperationContext) => unknown>>;

function thrower(make: () => unknown): () => never {
  return () => {
    throw make();
  };
}

function failures({ common, ServiceError }: Classes): Deeds {
  const { ApplicationFailure } = common;
  const refused = (code: number): Error => Object.assign(new Error(`status ${code}`), { code, details: '', metadata: {} }); // prettier-ignore
  const calls = GRPC_STATUSES.map((code) => [
    `a call that failed with status ${code}`,
    thrower(() => new ServiceError('no', { cause: refused(code) })),
  ]);
  return {
    ...Object.fromEntries(calls),
    'an error': thrower(() => new Error('plain')),
    'an error with a cause': thrower(() => new Error('outer', { cause: new TypeError('inner') })),
    'an application failure': thrower(() => ApplicationFailure.create({ message: 'a', type: 'A', details: ['d', 1] })),
    'a final application failure': thrower(() => ApplicationFailure.nonRetryable('a', 'A', 'd')),
    'a benign failure': thrower(() => ApplicationFailure.create({ message: 'a', category: 'BENIGN' })),
    'a cancellation': thrower(() => new common.CancelledFailure('stop', ['d'])),
    'a timeout': thrower(() => new common.TimeoutFailure('late', undefined, 'START_TO_CLOSE')),
    'a workflow that is not there': thrower(() => new common.WorkflowNotFoundError('no', 'w', 'r')),
    'a workflow that is there': thrower(() => new common.WorkflowExecutionAlreadyStartedError('yes', 'w', 't')),
    'a bad request': thrower(() => new nexus.HandlerError('BAD_REQUEST', 'bad', { cause: new Error('c') })),
    'a bad request to be tried again': thrower(
      () => new nexus.HandlerError('BAD_REQUEST', 'bad', { retryableOverride: true }),
    ),
    'an internal error that is final': thrower(
      () => new nexus.HandlerError('INTERNAL', 'bad', { retryableOverride: false }),
    ),
    'a failed operation': thrower(
      () => new nexus.OperationError('failed', 'no', { cause: ApplicationFailure.create({ message: 'c', type: 'C' }) }),
    ),
    'a failed operation without a cause': thrower(() => new nexus.OperationError('failed', 'no')),
    'a cancelled operation': thrower(() => new nexus.OperationError('canceled', 'no', { cause: new Error('c') })),
    'a value that cannot be converted': () => 10n,
  };
}

function answers({ operationInfo }: NexusSdk): Deeds {
  return {
    'a value': () => ({ paid: true }),
    nothing: () => undefined,
    'its context': ({ abortSignal: _, requestDeadline, ...ctx }) => {
      return { ...ctx, hasDeadline: requestDeadline !== undefined, ...operationInfo() };
    },
    'a link': (ctx) => {
      (ctx as nexus.StartOperationContext).outboundLinks.push({ url: new URL('http://x/y?a=b'), type: 'some.type' });
    },
  };
}

/** All that the `plain` operation can be asked for. */
export const DEEDS: readonly string[] = Object.keys({
  ...answers(nexusSdks.perdure),
  ...failures(classes.perdure),
});

/** The service of an SDK: `plain` does what its input names, the others call the server. */
export function shopOf(sdk: SdkName): nexus.ServiceHandler {
  const sdkNexus = nexusSdks[sdk];
  const deeds: Deeds = { ...answers(sdkNexus), ...failures(classes[sdk]) };
  const backed = backedHandlers(sdkNexus);
  const names = ['plain', 'later', ...Object.keys(backed)];
  const definition = nexus.service('shop', Object.fromEntries(names.map((name) => [name, nexus.operation()])));
  return nexus.serviceHandler(definition, {
    ...backed,
    plain: async (ctx: nexus.StartOperationContext, input: string) => await deeds[input]?.(ctx),
    later: {
      start: async () => nexus.HandlerStartOperationResult.async('token'),
      cancel: async (ctx: nexus.CancelOperationContext, token: string) => void (await deeds[token]?.(ctx)),
    },
  });
}

const ORDER = { workflowId: 'order', args: [1] };

function backedHandlers(sdk: NexusSdk): Record<string, nexus.OperationHandler<unknown, unknown>> {
  const { TemporalOperationHandler, TemporalOperationResult, WorkflowRunOperationHandler } = sdk;
  const { sync } = TemporalOperationResult;
  type Start = ConstructorParameters<typeof TemporalOperationHandler<unknown, unknown>>[0]['start'];
  const operation = (start: Start) => new TemporalOperationHandler<unknown, unknown>({ start });
  return {
    runs: new WorkflowRunOperationHandler((ctx) => sdk.startWorkflow(ctx, 'order', ORDER)),
    runsElsewhere: new WorkflowRunOperationHandler((ctx) =>
      sdk.startWorkflow(ctx, 'order', { ...ORDER, taskQueue: 'else', workflowIdConflictPolicy: 'USE_EXISTING' }),
    ),
    startsOne: operation((_ctx, client) => client.startWorkflow('order', ORDER)),
    startsTwo: operation(async (_ctx, client) => {
      await client.startWorkflow('order', ORDER);
      return await client.startWorkflow('order', ORDER);
    }),
    startsAnother: operation(async (_ctx, client) => {
      await client.startWorkflow('order', { workflowId: 'refused' }).catch(() => undefined);
      return await client.startWorkflow('order', ORDER);
    }),
    signalsWithStart: operation(async (ctx, client) => {
      const { workflowId, runId } = await sdk.signalWithStartWorkflow(ctx, 'order', {
        workflowId: 'order',
        signal: 's',
      });
      await client.signalWithStartWorkflow<() => Promise<void>, [number]>('order', {
        workflowId: 'order',
        signal: 's',
        signalArgs: [1],
      });
      return sync({ workflowId, runId });
    }),
    signals: operation(async (_ctx, client) => {
      const handle = client.getWorkflowHandle('order', 'run');
      await handle.signal('s', 1);
      return sync([handle.workflowId, handle.runId]);
    }),
    asks: operation(async (_ctx, client) => sync(await client.getWorkflowHandle('order').query('q', 1))),
    updates: operation((_ctx, client) => client.getWorkflowHandle('order').update('u', { args: [1] })),
    updatesAs: operation((_ctx, client) => client.getWorkflowHandle('order', 'run').update('u', { updateId: 'given' })),
    updatesAtOnce: operation((_ctx, client) => client.getWorkflowHandle('done').update('u')),
    updatesInVain: operation((_ctx, client) => client.getWorkflowHandle('failed').update('u')),
    runsActivity: operation((_ctx, client) =>
      client.startActivity('charge', { id: 'charge', args: [1], startToCloseTimeout: '1m' }),
    ),
    answersLater: operation(async () => TemporalOperationResult.async('own')),
    cancelsOwnWay: new TemporalOperationHandler<unknown, unknown>({
      start: async () => sync(undefined),
      cancelWorkflowRun: async (_ctx, options) => say(options),
      cancelWorkflowUpdate: async (_ctx, options) => say(options),
      cancelActivity: async (_ctx, options) => say(options),
    }),
  };
}

/** Tells what a cancel handler was called with, through the only thing that it can answer. */
function say(options: object): void {
  throw new nexus.HandlerError('CONFLICT', JSON.stringify(Object.entries(options).sort()));
}
