import { ApplicationFailure, type Payload, type PayloadCodec } from '@perdure/common';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect, type SdkName } from '../harness/index.js';

const environment = await connect();
const workflowsPath = fileURLToPath(new URL('./context-workflows.ts', import.meta.url));

const activities = {
  echo: async (value: string) => `from ${value}`,
  fail: async (value: string) => {
    throw ApplicationFailure.nonRetryable('no', 'No', `details of ${value}`);
  },
};

/** What a worker's codec is told of whom payloads concern, while a workflow sends and receives payloads of every kind. */
async function concerns(sdk: SdkName): Promise<readonly string[]> {
  const told = new Set<string>();
  const workflowId = environment.uniqueId('contexts');
  const write = (direction: string, payloads: Payload[], context: unknown): Payload[] => {
    for (const { data } of payloads) {
      const text = Buffer.from(data ?? []).toString();
      const concern = JSON.stringify(context, Object.keys(context ?? {}).sort());
      told.add(`${direction} ${text}: ${concern}`.replaceAll(workflowId, '<id>'));
    }
    return payloads;
  };
  const codec: PayloadCodec = {
    encode: async (payloads, context) => write('encode', payloads, context),
    decode: async (payloads, context) => write('decode', payloads, context),
  };
  const worker = await environment.worker(sdk, workflowId, {
    workflowsPath,
    activities,
    dataConverter: { payloadCodecs: [codec] },
  });
  const { workflow } = environment.client;
  const handle = await workflow.start('contexts', {
    workflowId,
    taskQueue: workflowId,
    args: ['to workflow'],
    memo: { given: 'given memo' },
  });
  await handle.query('ask', 'question');
  await handle.executeUpdate('change', { args: ['to update'] });
  await handle.result();
  await worker.stop();
  return [...told].sort();
}

test('codecs are told whom payloads concern as the official worker tells them', async () => {
  const official = await concerns('temporal');
  const own = await concerns('perdure');
  expect(official.length).toBeGreaterThan(30);
  expect(own).toEqual(official);
});
