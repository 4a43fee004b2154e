import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { connect, eventTypes, SDKS, type SdkName } from '../harness/index.js';
import { bundleWorkflows } from '../harness/workflow-bundles.js';
import { handoverWorkflows, play, type Outcome } from './play.js';
import { SCENARIOS } from './scenarios.js';
import { whatItDid } from './what-it-did.js';

const environment = await connect();
const bundles = {
  perdure: { code: await bundleWorkflows('perdure', handoverWorkflows) },
  temporal: { code: await bundleWorkflows('temporal', handoverWorkflows) },
};

/** Whose worker runs each stage, over and over. */
const CASTS: readonly (readonly SdkName[])[] = [
  ['temporal'],
  ['perdure'],
  ['temporal', 'perdure'],
  ['perdure', 'temporal'],
];

const plays = new Map<string, readonly Outcome[]>();
for (const cast of CASTS) plays.set(cast.join(', '), await play(environment, cast));

function outcome(cast: string, workflow: string): Outcome {
  const found = plays.get(cast)?.find(({ scenario }) => scenario.workflow === workflow);
  if (found === undefined) throw new Error(`${workflow} was not played by ${cast}`);
  return found;
}

/** Replays all histories of a play, and gives what went wrong. */
async function failuresOfReplay(sdk: SdkName, outcomes: readonly Outcome[]): Promise<readonly unknown[]> {
  const histories = outcomes.flatMap(({ workflowId, runs }) =>
    runs.map((events) => ({ workflowId, history: { events: [...events] } })),
  );
  const { Worker } = sdk === 'perdure' ? ours : (theirs as unknown as typeof ours);
  const failures: unknown[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: bundles[sdk] }, histories)) {
    if (error !== undefined) failures.push({ workflowId, error });
  }
  return failures;
}

describe.each([...plays.keys()])('in turn with workers of %s', (cast) => {
  test.for(SCENARIOS)('$workflow comes to what it comes to with the official one alone', ({ workflow }) => {
    const { log, answers, runs } = outcome(cast, workflow);
    const expected = outcome('temporal', workflow);
    expect(log).toEqual(expected.log);
    expect(answers).toEqual(expected.answers);
    expect(runs).toHaveLength(expected.runs.length);
    for (const events of runs) expect(eventTypes(events)).not.toContain('WorkflowTaskFailed');
  });

  test.for(SDKS)('all histories replay with %s', async (sdk) => {
    expect(await failuresOfReplay(sdk, plays.get(cast) ?? [])).toEqual([]);
  });
});

test.for(SCENARIOS)('$workflow does with our worker what it does with the official one', ({ workflow }) => {
  const [own, official] = SDKS.map((sdk) => {
    const { runs, workflowId } = outcome(sdk, workflow);
    return runs.map((events) => whatItDid(events, workflowId));
  });
  expect(own).toEqual(official);
});
