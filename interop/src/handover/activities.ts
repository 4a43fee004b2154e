import * as ours from '@perdure/activity';
import * as theirs from '@temporalio/activity';
import type { SdkName } from '../harness/index.js';

type ActivityApi = Pick<
  typeof ours,
  'ApplicationFailure' | 'CompleteAsyncError' | 'activityInfo' | 'heartbeat' | 'sleep'
>;

/** What the activities of {@link handoverActivities} are. */
export type HandoverActivities = ReturnType<typeof activitiesWith>;

/** Task tokens of activities that wait for the driver, by workflow id and name. */
const openTaskTokens = new Map<string, Uint8Array>();

/** The task token of an activity that waits for the driver, once there is one. */
export function openTaskToken(workflowId: string, name: string): Uint8Array | undefined {
  return openTaskTokens.get(`${workflowId}/${name}`);
}

/** The activities of the workflows in stages, for workers of one SDK. */
export function handoverActivities(sdk: SdkName): HandoverActivities {
  return activitiesWith(sdk === 'perdure' ? ours : (theirs as unknown as ActivityApi));
}

function activitiesWith({ ApplicationFailure, CompleteAsyncError, activityInfo, heartbeat, sleep }: ActivityApi) {
  return {
    async echo<T>(value: T): Promise<T> {
      return value;
    },
    async nothing(): Promise<void> {},
    async failOnce(): Promise<string> {
      if (activityInfo().attempt < 2) throw new Error('not yet');
      return 'at last';
    },
    async failBelow(attempt: number): Promise<string> {
      if (activityInfo().attempt < attempt) throw new Error(`not before attempt ${attempt}`);
      return `attempt ${activityInfo().attempt}`;
    },
    async refuse(message: string): Promise<never> {
      throw ApplicationFailure.create({ message, type: 'Refused', nonRetryable: true, details: [{ message }] });
    },
    async tooSlow(): Promise<void> {
      await sleep(60_000);
    },
    async pending(name: string): Promise<string> {
      const { workflowExecution, taskToken } = activityInfo();
      openTaskTokens.set(`${workflowExecution?.workflowId}/${name}`, taskToken);
      throw new CompleteAsyncError();
    },
    async untilCancelled(): Promise<void> {
      for (;;) {
        heartbeat();
        await sleep(50);
      }
    },
  };
}
