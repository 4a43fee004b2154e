import { EncodedMessage, workflowservice } from '@perdure/protocol';
import { expect, test } from 'vitest';

import type { AnyRpcMethod, CancelReason } from '../rpc.js';
import { ServiceError } from '../service-error.js';
import { encodeStatusDetails } from '../status-details.js';
import { SimulatedClock } from '../testing/simulated-clock.js';
import { deferred, echo, hangingMethod, longPoll, text, textMethod } from '../testing/text-methods.js';
import { InProcessTransport, type InProcessTransportOptions } from './transport.js';

function transportWith(methods: readonly AnyRpcMethod[], options: Partial<InProcessTransportOptions> = {}) {
  return new InProcessTransport({ methods, ...options });
}

function callable(name: string) {
  return { path: `/test.Service/${name}`, requestType: text, responseType: text };
}

const methods = [echo, longPoll];

test('calls a method with messages or bytes', async () => {
  const transport = transportWith(methods);
  expect(await transport.call(callable('Echo'), 'hello')).toBe('hello');
  expect(await transport.call(callable('Echo'), new EncodedMessage([Buffer.from('a'), Buffer.from('b')]))).toBe('ab');
  expect(Buffer.from(await transport.callEncoded('/test.Service/Echo', Buffer.from('raw'))).toString()).toBe('raw');
});

test('gives handlers what decoding gives: the defaults of absent fields', async () => {
  const { StartWorkflowExecutionRequest, StartWorkflowExecutionResponse } = workflowservice;
  const seen: unknown[] = [];
  const method = {
    path: '/test.Service/Start',
    requestType: StartWorkflowExecutionRequest,
    responseType: StartWorkflowExecutionResponse,
    handle: (request: workflowservice.StartWorkflowExecutionRequest) => {
      seen.push(request.namespace);
      return Promise.resolve({ runId: 'r' });
    },
  };
  const transport = transportWith([method]);
  const start = {
    path: method.path,
    requestType: StartWorkflowExecutionRequest,
    responseType: StartWorkflowExecutionResponse,
  };
  expect(await transport.call(start, { workflowId: 'w' })).toMatchObject({ runId: 'r', started: false });
  expect(seen).toEqual(['']);
});

test('carries metadata, deadline and peer', async () => {
  const clock = new SimulatedClock(5_000);
  const method = textMethod('Context', (_, context) =>
    Promise.resolve(
      [context.peer, context.deadlineMs, context.metadata.get('name'), context.metadata.getBinary('b-bin')?.[0]].join(),
    ),
  );
  const transport = transportWith([method], { clock });
  const options = { timeoutMs: 100, metadata: { Name: 'value', 'b-bin': Uint8Array.of(255) } };
  expect(await transport.call(callable('Context'), '', options)).toBe('in-process,5100,value,255');
});

test('rejects with the error of the handler, its detail included', async () => {
  const detail = { type: 'NamespaceNotFoundFailure', fields: { namespace: 'n' } };
  const missing = textMethod('Missing', () => Promise.reject(new ServiceError('NOT_FOUND', 'not here', detail)));
  const transport = transportWith([missing]);
  const error = await transport.call(callable('Missing'), '').catch((thrown: unknown) => thrown as ServiceError);
  expect(error).toMatchObject({ code: 'NOT_FOUND', message: 'not here', detail });
  expect(encodeStatusDetails(error as ServiceError)).toBeDefined();
});

test('has the statuses of gRPC for unknown methods, bad bytes and bugs', async () => {
  const broken = textMethod('Broken', () => Promise.reject(new TypeError('secret')));
  const unreadable = { ...echo, path: '/test.Service/Typed', requestType: workflowservice.GetSystemInfoRequest };
  const transport = transportWith([broken, unreadable], { newErrorId: () => 'e7' });
  await expect(transport.call(callable('Nope'), '')).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
  await expect(transport.callEncoded('/test.Service/Typed', Buffer.of(0xff))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(transport.call(callable('Broken'), '')).rejects.toMatchObject({
    code: 'INTERNAL',
    message: "internal error e7 in Broken; the server's log has the details",
  });
});

test('meets deadlines though the handler hangs', async () => {
  const clock = new SimulatedClock();
  const reason = deferred<CancelReason>();
  const hang = hangingMethod((context) => context.onCancelled(reason.resolve));
  const transport = transportWith([hang], { clock });
  const call = transport.call(callable('Hang'), '', { timeoutMs: 1_000 });
  clock.advance(1_020);
  await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(await reason.promise).toBe('deadline');
});

test('cancels by signal, before and during the call', async () => {
  const reason = deferred<CancelReason>();
  const hang = hangingMethod((context) => context.onCancelled(reason.resolve));
  const transport = transportWith([hang]);
  const controller = new AbortController();
  const call = transport.call(callable('Hang'), '', { signal: controller.signal });
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await reason.promise).toBe('client');
  await expect(transport.call(callable('Hang'), '', { signal: controller.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('drains: long polls answer empty, new calls are refused', async () => {
  const transport = transportWith(methods);
  const poll = transport.call(callable('LongPoll'), '');
  const stopped = transport.stop();
  expect(await poll).toBe('empty: drain');
  await stopped;
  await expect(transport.call(callable('Echo'), '')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
