import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { api, connect, SDKS } from '../harness/index.js';
import { liveShop } from './live-handlers.js';

const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
const env = await connect();
const { NEXUS_OPERATION_SCHEDULED, NEXUS_OPERATION_STARTED } = numbersOf('NEXUS_OPERATION_');

/** The numbers of event types whose names begin alike. */
function numbersOf(prefix: string): Readonly<Record<string, number>> {
  const types = Object.entries(api.enums.EventType).filter(([name]) => name.startsWith(`EVENT_TYPE_${prefix}`));
  return Object.fromEntries(types.map(([name, value]) => [name.replace('EVENT_TYPE_', ''), Number(value)]));
}

const failed = (operation: string, cause: object, message = 'nexus operation completed unsuccessfully') => ({
  ...{ name: 'NexusOperationFailure', message, service: 'shop', operation },
  cause: { cause: null, ...cause },
});
const cancelled = (message: string, cause = '') => [
  true,
  failed('order', { name: 'CancelledFailure', message: cause }, message),
];

/** What workflows see, whatever SDK is on either side: workflow, arguments, result. */
const SEEN: readonly (readonly [string, readonly unknown[], unknown])[] = [
  ['greeting', [], ['hello you through counter', 'shop', 'greet-somebody', '', 42]],
  ['failing', ['handler'], failed('fail', { name: 'HandlerError', message: 'not like this', type: 'BAD_REQUEST' })],
  ['failing', ['final'], failed('fail', { name: 'HandlerError', message: 'never', type: 'INTERNAL' })],
  ['failing', ['operation'], failed('fail', { name: 'ApplicationFailure', message: 'sold out', type: 'OperationError', nonRetryable: true })], // prettier-ignore
  ['failing', ['cancelled'], failed('fail', { name: 'CancelledFailure', message: 'closed today' })],
  ['failing', ['once'], 'attempt 2'],
  ['stalling', [], failed('stall', { name: 'TimeoutFailure', message: 'operation timed out' })],
  ['ordering', ['<id>', 'completed'], ['delivered', true]],
  ['ordering', ['<id>', 'failed'], [failed('order', { name: 'ApplicationFailure', message: 'sold out', type: 'SoldOut', nonRetryable: true }), true]], // prettier-ignore
  ['cancelling', ['<id>', 'ABANDON'], cancelled('Nexus operation cancelled after starting')],
  ['cancelling', ['<id>', 'TRY_CANCEL'], cancelled('Nexus operation cancelled after starting')],
  ['cancelling', ['<id>', 'WAIT_CANCELLATION_REQUESTED'], cancelled('Nexus operation cancellation request completed')],
  ['cancelling', ['<id>', 'WAIT_CANCELLATION_COMPLETED'], cancelled('nexus operation completed unsuccessfully', 'operation canceled')], // prettier-ignore
  ['cancelledBefore', ['<id>'], cancelled('Nexus Operation cancelled before scheduled')],
];

const PAIRS = SDKS.flatMap((caller) => SDKS.map((handler) => ({ caller, handler })));

describe.each(PAIRS)(
  'a workflow on a $caller worker calls operations on a $handler one',
  async ({ caller, handler }) => {
    const [shopQueue, callerQueue, endpoint] = ['shop', 'caller', 'counter'].map((label) => env.uniqueId(label));
    if (shopQueue === undefined || callerQueue === undefined) throw new Error('unreachable');
    await env.connection.operatorService.createNexusEndpoint({
      spec: { name: endpoint, target: { worker: { namespace: 'default', taskQueue: shopQueue } } },
    });
    await env.worker(handler, shopQueue, { workflowsPath, nexusServices: [liveShop(handler)] });
    await env.worker(caller, callerQueue, { workflowsPath });

    const start = async (workflow: string, args: readonly unknown[]) =>
      await env.clientOf(caller).workflow.start(workflow, {
        taskQueue: callerQueue,
        workflowId: env.uniqueId(workflow),
        args: [endpoint, ...args],
      });

    test.each(SEEN)('%s %j', async (workflow, args, result) => {
      const handle = await start(
        workflow,
        args.map((arg) => (arg === '<id>' ? env.uniqueId('order') : arg)),
      );
      // Callbacks and retries take seconds on some servers.
      expectEqual(await handle.result(), result);
    });

    test('a service that nobody has registered fails the operation for good, with its name', async ({ expect }) => {
      const handle = await start('strangers', []);
      expect(await handle.result()).toMatchObject({
        cause: { name: 'HandlerError', type: 'NOT_FOUND', message: expect.stringContaining("'nobody'") as string },
      });
    });

    test('the histories of both sides link to one another', async ({ expect }) => {
      const workflowId = env.uniqueId('order');
      const handle = await start('ordering', [workflowId, 'completed']);
      await handle.result();
      const calling = await env.history({ workflowId: handle.workflowId });
      const called = await env.history({ workflowId });
      const scheduled = calling.find(({ eventType }) => eventType === NEXUS_OPERATION_SCHEDULED);
      const started = calling.find(({ eventType }) => eventType === NEXUS_OPERATION_STARTED);
      expect(started?.links).toMatchObject([{ workflowEvent: { namespace: 'default', workflowId } }]);
      const attributes = called[0]?.workflowExecutionStartedEventAttributes;
      const back = [...(called[0]?.links ?? []), ...(attributes?.completionCallbacks ?? []).flatMap(({ links }) => links ?? [])]; // prettier-ignore
      expect(back.length).toBeGreaterThan(0);
      for (const { workflowEvent } of back) {
        expect(workflowEvent).toMatchObject({ namespace: 'default', workflowId: handle.workflowId });
        expect(Number(workflowEvent?.eventRef?.eventId)).toBe(Number(scheduled?.eventId));
      }
    });

    function expectEqual(seen: unknown, expected: unknown): void {
      // Through JSON, as everything that a workflow returns.
      const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      expect(plain(seen)).toEqual(plain(expected));
    }
  },
);
