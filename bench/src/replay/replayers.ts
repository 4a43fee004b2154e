import { fileURLToPath } from 'node:url';
import { history } from '@perdure/protocol';
import { WorkflowReplay } from '@perdure/replay';
import * as own from '@perdure/worker';
import * as official from '@temporalio/worker';
import proto from '@temporalio/proto';

/** Replays a history. */
export type Replayer = (events: history.History) => Promise<unknown>;

/** What can be measured, by name. Each is made before it is measured: bundling is no part of it. */
export const replayers: Readonly<Record<string, () => Promise<Replayer>>> = {
  core: async () => replayCore,
  perdure: async () => {
    own.Runtime.install({ logger: new own.DefaultLogger('ERROR'), shutdownSignals: [] });
    const workflowBundle = await own.bundleWorkflowCode({ workflowsPath: workflows('perdure') });
    return async (replayed) => {
      await own.Worker.runReplayHistory({ workflowBundle }, replayed, 'sleeps');
    };
  },
  official: async () => {
    const logger = new official.DefaultLogger('ERROR');
    official.Runtime.install({ logger, shutdownSignals: [] });
    const workflowBundle = await official.bundleWorkflowCode({ workflowsPath: workflows('official'), logger });
    return async (replayed) => {
      const decoded = proto.temporal.api.history.v1.History.decode(history.History.encode(replayed).slice());
      await official.Worker.runReplayHistory({ workflowBundle }, decoded, 'sleeps');
    };
  },
};

/** The replay core alone, with the least that workflow code could be. */
async function replayCore({ events }: history.History): Promise<number> {
  const sdk = { name: 'bench', version: '1' };
  const replay = new WorkflowReplay({ namespace: 'default', runId: 'run', sdk, nowMs: () => 0 });
  replay.startWorkflowTask({ events, messages: [] });
  let activations = 0;
  for (let next = replay.nextActivation(); next !== undefined; next = replay.nextActivation()) {
    activations += 1;
    const seq = activations;
    const command = { kind: 'startTimer', seq, startToFireTimeout: { seconds: 1 } } as const;
    replay.completeActivation({ commands: [command], usedInternalFlags: [], versioningBehavior: 0 });
  }
  replay.assertReplayed();
  return activations;
}

function workflows(sdk: string): string {
  return fileURLToPath(new URL(`./${sdk}-workflows.js`, import.meta.url));
}
