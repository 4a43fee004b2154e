import { expect, test } from 'vitest';
import { failureErrorTypesOf } from './workflow-factory.js';

test('errors fail workflows of every type, or of the one they are given for', () => {
  const workflowFailureErrorTypes = { '*': ['Every'], order: ['One'] } as never;
  const types = (workflowType: string) => failureErrorTypesOf({ workflowFailureErrorTypes }, workflowType);
  expect([types('order'), types('other')]).toEqual([['Every', 'One'], ['Every']]);
  expect([types('constructor'), types('__proto__')]).toEqual([['Every'], ['Every']]);
  expect(failureErrorTypesOf({ workflowFailureErrorTypes: undefined }, 'order')).toEqual([]);
});
