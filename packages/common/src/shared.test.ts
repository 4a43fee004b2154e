import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameErrorClass } from './error-class.js';
import { ValueError } from './errors.js';
import { ApplicationFailure, ensureApplicationFailure } from './failure/index.js';
import { composeInterceptors, composeInterceptorsWith } from './interceptors.js';
import { deepMerge, filterNullAndUndefined, mergeObjects } from './object-merging.js';
import { compilePriority, decodePriority } from './priority.js';
import { historyFromJSON, historyToJSON } from './proto-utils/index.js';
import { throwIfReservedName } from './reserved.js';
import { compileRetryPolicy, decompileRetryPolicy } from './retry-policy.js';
import { extractWorkflowTypeAndConfig } from './workflow/index.js';

describe('named error classes', () => {
  it('recognise each other across copies of this library, but not their subclasses', () => {
    class Copy extends Error {}
    nameErrorClass(Copy, 'ValueError');
    class Special extends ValueError {}
    expect(new Copy('x')).toBeInstanceOf(ValueError);
    expect(new Special('x')).toBeInstanceOf(ValueError);
    expect(new ValueError('x')).not.toBeInstanceOf(Special);
    expect(String(new ValueError('x'))).toBe('ValueError: x');
  });

  it('keep an application failure what it is when it is ensured', () => {
    const failure = ApplicationFailure.create({ message: 'm' });
    expect(ensureApplicationFailure(failure)).toBe(failure);
    expect(ApplicationFailure.fromError(failure, { type: 'T' })).toBe(failure);
    expect(failure.type).toBe('T');
  });
});

describe('interceptors', () => {
  interface Inbound {
    execute?(input: number, next: (input: number) => string): string;
  }

  it('run in order around the original, those without the method left out', () => {
    const around = (name: string): Inbound => ({ execute: (input, next) => `${name}(${next(input + 1)})` });
    const run = composeInterceptors<Inbound, 'execute'>(
      [around('a'), {}, around('b')],
      'execute',
      (input) => `${input}`,
    );
    expect(run(0)).toBe('a(b(2))');
  });

  it('go through the wrapper at every step', () => {
    let wrapped = 0;
    const pass: Inbound = { execute: (input, next) => next(input) };
    composeInterceptorsWith<Inbound, 'execute'>([pass, pass], 'execute', String, (next) => (wrapped++, next))(1);
    expect(wrapped).toBe(2);
  });
});

describe('retry policies and priorities', () => {
  it('come back from the wire with durations in milliseconds', () => {
    const policy = {
      initialInterval: '2s',
      maximumInterval: 5_000,
      maximumAttempts: 3,
      backoffCoefficient: 1.5,
    } as const;
    expect(decompileRetryPolicy(compileRetryPolicy(policy))).toEqual({
      ...policy,
      initialInterval: 2_000,
      nonRetryableErrorTypes: undefined,
    });
    const priority = { priorityKey: 2, fairnessKey: 'tenant', fairnessWeight: 1.5 };
    expect(decodePriority(compilePriority(priority))).toEqual(priority);
  });

  it('have no limit of attempts where it is infinite', () => {
    expect(compileRetryPolicy({ maximumAttempts: Number.POSITIVE_INFINITY }).maximumAttempts).toBeUndefined();
  });
});

describe('merging', () => {
  it('returns the original where nothing changes', () => {
    const original = { a: 1, b: { c: 1 } };
    expect(mergeObjects(original, { ...original })).toBe(original);
    expect(mergeObjects<Record<string, unknown>>(original, { a: undefined })).toEqual({ b: { c: 1 } });
  });

  it('never reaches a prototype', () => {
    deepMerge({}, JSON.parse('{"__proto__": {"polluted": true}}') as object);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        expect(deepMerge(object, {})).toEqual(object);
      }),
    );
    expect(filterNullAndUndefined({ a: null, b: undefined, c: 0 })).toEqual({ c: 0 });
  });
});

describe('names', () => {
  it('that belong to the SDK are refused', () => {
    expect(() => throwIfReservedName('signal', '__temporal_x')).toThrow("reserved prefix: '__temporal_'");
    expect(() => throwIfReservedName('query', '__stack_trace')).toThrow('reserved name');
    throwIfReservedName('query', 'status');
  });

  it('of workflows come from functions, with the type information that is attached to them', () => {
    const typeInfo = { outputType: {} };
    const order = Object.assign(async function order() {}, { staticOptions: { typeInfo } });
    expect(extractWorkflowTypeAndConfig(order)).toEqual({ type: 'order', typeInfo });
    expect(() => extractWorkflowTypeAndConfig(order, typeInfo)).toThrow('attach it to the function');
    expect(() => extractWorkflowTypeAndConfig((() => async () => {})())).toThrow('anonymous');
  });
});

describe('histories as JSON', () => {
  it('come back as they were', () => {
    const event = {
      eventId: '1',
      eventTime: '2026-01-01T00:00:00.000000001Z',
      eventType: 'EVENT_TYPE_TIMER_FIRED',
      timerFiredEventAttributes: { timerId: 't', startedEventId: '5' },
    };
    const json = historyToJSON(historyFromJSON({ events: [event] }));
    expect(JSON.parse(json)).toEqual({ events: [event] });
  });

  it('that are none are refused', () => {
    expect(() => historyFromJSON({})).toThrow('expected an object with an array of events');
    expect(() => historyFromJSON({ events: [{ eventId: 1 }] })).toThrow('Missing attributes in history event');
  });
});
