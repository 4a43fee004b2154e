import { services as api, type workflowservice } from '@perdure/protocol';
import { onTestFinished } from 'vitest';
import type { Store } from '../store/index.js';
import { TestNode, type TestNodeOptions } from './test-node.js';

const { methods } = api.WorkflowService;

/** A node that is stopped when the test is over. */
export async function open(options: TestNodeOptions = {}): Promise<TestNode> {
  const node = await TestNode.open(options);
  onTestFinished(() => node.stop().catch(() => undefined));
  return node;
}

/** Executions `one-0`, `one-1`, ... of type `one`, each a millisecond after the one before. */
export async function many(node: TestNode, type: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await node.start(`${type}-${number}`, { workflowType: { name: type } });
    await node.clock.advance(1);
  }
}

/** Nothing that the node still tries reaches the disk. */
export function loseEverything(node: TestNode, store: Store): void {
  node.losePower();
  const dark = (): Promise<never> => Promise.reject(new Error('there is no power'));
  Object.assign(store, { commit: dark, materialise: dark, acquireShard: dark, renewShard: dark });
  Object.assign(store.records, { write: dark });
}

/** What a batch is to do. */
export type Request = workflowservice.IStartBatchOperationRequest;

/** Starts a batch in `default`, unless told otherwise. */
export function batch(node: TestNode, jobId: string, request: Request): Promise<unknown> {
  return node.call(methods.StartBatchOperation, { namespace: 'default', jobId, reason: 'tidying', ...request });
}

/** What DescribeBatchOperation answers. */
export function describe(node: TestNode, jobId: string): Promise<workflowservice.DescribeBatchOperationResponse> {
  return node.call(methods.DescribeBatchOperation, { namespace: 'default', jobId });
}

/** State, total, complete and failed. */
export const counts = async (node: TestNode, jobId: string) => {
  const { state, totalOperationCount, completeOperationCount, failureOperationCount } = await describe(node, jobId);
  return [state, totalOperationCount, completeOperationCount, failureOperationCount];
};

/** A batch that terminates all executions of a type. */
export const terminateAll = (type: string): Request => ({
  visibilityQuery: `WorkflowType = '${type}'`,
  terminationOperation: { identity: 'operator' },
});
/** A batch that signals all executions of a type. */
export const signalAll = (type: string): Request => ({
  visibilityQuery: `WorkflowType = '${type}'`,
  signalOperation: { signal: 'go', identity: 'operator' },
});

/** How many signals an execution has had. */
export async function signalsOf(node: TestNode, workflowId: string): Promise<number> {
  return (await node.history(workflowId)).filter((event) => event.workflowExecutionSignaledEventAttributes != null)
    .length;
}

/** Of the executions that `many` started. */
export async function statuses(node: TestNode, type: string, count: number): Promise<number[]> {
  const described = Array.from({ length: count }, async (_, number) => node.describe(`${type}-${number}`));
  return (await Promise.all(described)).map(({ workflowExecutionInfo }) => workflowExecutionInfo?.status ?? 0);
}
