import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { listenForAbort, stopListening } from './abort-listeners.js';

test('however many calls share a signal, it has one listener, and none when all have ended', () => {
  const { signal } = new AbortController();
  const entries = Array.from({ length: 20 }, () => listenForAbort(signal, () => undefined));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const entry of entries.splice(0, 19)) stopListening(signal, entry);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const entry of entries) {
    stopListening(signal, entry);
    stopListening(signal, entry);
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('those that listen when it aborts are told, once and in order; those that have stopped are not', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: string[] = [];
  listenForAbort(signal, () => told.push('first'));
  const stopped = listenForAbort(signal, () => told.push('stopped'));
  listenForAbort(signal, () => told.push('last'));
  stopListening(signal, stopped);
  controller.abort();
  controller.abort();
  expect(told).toEqual(['first', 'last']);
});
