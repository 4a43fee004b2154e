import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { connect, eventually, SDKS, type SdkName } from '../harness/index.js';

const environment = await connect();
const workflowsPath = fileURLToPath(new URL('./patch-workflows.ts', import.meta.url));

/** What both SDKs tell the callback. */
interface Asked {
  readonly patchId: string;
  readonly workflowInfo: { readonly workflowType: string };
}

interface Play {
  readonly answers: unknown;
  readonly seen: unknown;
  readonly asked: readonly string[];
  readonly markers: readonly string[];
}

/** Runs a workflow on a worker whose callback refuses one patch, until the workflow is told to go on. */
async function play(sdk: SdkName, workflow: string, maxCachedWorkflows: number): Promise<Play> {
  const asked: string[] = [];
  let refuses = true;
  const patchActivationCallback = ({ patchId, workflowInfo }: Asked): boolean => {
    asked.push(`${patchId} of ${workflowInfo.workflowType} ${Object.isFrozen(workflowInfo)}`);
    if (patchId === 'throws') throw new Error('I do not know');
    if (patchId === 'neither') return 'perhaps' as never;
    return !(refuses && patchId === 'refused');
  };
  const taskQueue = environment.uniqueId('patch');
  const options = { workflowsPath, patchActivationCallback, maxCachedWorkflows };
  const worker = await environment.worker(sdk, taskQueue, options);
  const handle = await environment.client.workflow.start(workflow, { taskQueue, workflowId: taskQueue });
  let seen: unknown;
  if (workflow === 'asking') {
    await eventually('the timer fires', async () =>
      (await handle.fetchHistory()).events?.find((event) => event.timerFiredEventAttributes),
    );
    seen = await handle.query('seen');
    refuses = false;
    await handle.signal('goOn');
  }
  const answers = await handle.result();
  const { events = [] } = await handle.fetchHistory();
  await worker.stop();
  const markers = (events ?? []).flatMap(
    ({ markerRecordedEventAttributes: marker }) =>
      marker?.details?.['patch-data']?.payloads?.map(({ data }) => Buffer.from(data ?? []).toString()) ?? [],
  );
  return { answers, seen, asked, markers };
}

describe.each([10, 0])('with %i runs in memory', (maxCachedWorkflows) => {
  test.each(['asking', 'deprecating', 'catching'])(
    '%s: the callback is asked as the official one is',
    async (workflow) => {
      const [own, official] = await Promise.all(SDKS.map((sdk) => play(sdk, workflow, maxCachedWorkflows)));
      expect(own).toEqual(official);
      expect(own?.asked.length).toBe(
        workflow === 'deprecating' ? 0 : workflow === 'catching' ? 2 : maxCachedWorkflows > 0 ? 3 : 4,
      );
    },
  );
});
