import type { Session } from '../../../connection/session.js';
import { historyPages } from '../history.js';
import { observe, type Execution } from './tree.js';

/**
 * Follows an execution, its later runs and all its children until the execution itself is closed. Takes in what their
 * histories say as it happens.
 */
export async function follow(session: Session, root: Execution, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const stop = AbortSignal.any([ended.signal, signal]);
  const children: Promise<void>[] = [];
  const run = async (execution: Execution): Promise<void> => {
    let runId: string | undefined = execution.runId;
    while (runId !== undefined) {
      const current: string = runId;
      runId = undefined;
      const choice = { isFollowing: true, signal: stop };
      for await (const events of historyPages(session, { workflowId: execution.workflowId, runId: current }, choice)) {
        for (const event of events) {
          const { child, nextRunId } = observe(execution, event);
          if (child !== undefined) children.push(run(child).catch(() => undefined));
          runId = nextRunId ?? runId;
        }
      }
    }
  };
  await run(root);
  // Children that closed with their parent are a moment behind; those that go on without it are not waited for.
  const patience = setTimeout(() => ended.abort(), 1_000);
  await Promise.all(children);
  clearTimeout(patience);
}
