import type { workflowservice } from '@perdure/protocol';
import type { LocalActivityRequest, LocalActivityResult } from '@perdure/replay';

type ActivityTask = workflowservice.PollActivityTaskQueueResponse;

/** Runs activities that the server hands out along with the answer to a workflow task. */
export interface EagerActivities {
  /** Keeps a slot free for one; false if there is none to spare. */
  tryReserveEager(): boolean;
  /** Runs one in a slot that was kept. */
  runEager(task: ActivityTask): void;
  /** Gives slots back that were kept. */
  releaseEager(count: number): void;
}

/** The workflow that a local activity belongs to. */
export interface LocalActivityOwner {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/** Runs local activities. */
export interface LocalActivityHost {
  /** Runs one to its end, over all its attempts. `result` never rejects. */
  run(
    request: LocalActivityRequest,
    owner: LocalActivityOwner,
  ): { readonly result: Promise<LocalActivityResult>; cancel(): void };
}
