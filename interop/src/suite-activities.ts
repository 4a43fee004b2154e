import { setTimeout as delay } from 'node:timers/promises';
import * as ours from '@perdure/activity';
import * as theirs from '@temporalio/activity';
import type { SdkName } from './harness/workflow-bundles.js';

/** What activities import, of one SDK or the other: activities know themselves by the package of the worker that runs them. */
export type ActivityApi = Pick<typeof ours, 'CompleteAsyncError' | 'Context' | 'activityInfo' | 'sleep'>;

/** Task tokens of activities that wait to be completed by somebody else, by workflow id. */
export const openTaskTokens = new Map<string, Uint8Array>();

/** The activities of the suite's workflows, for workers of one SDK. */
export function suiteActivities(sdk: SdkName): ReturnType<typeof activitiesWith> {
  return activitiesWith(sdk === 'perdure' ? ours : (theirs as unknown as ActivityApi));
}

/** What {@link suiteActivities} gives. */
export type SuiteActivities = ReturnType<typeof activitiesWith>;

function activitiesWith({ CompleteAsyncError, Context, activityInfo, sleep }: ActivityApi) {
  return {
    /** Fails at the first two attempts, then returns the number of the attempt. */
    async failTwice(): Promise<number> {
      const { attempt } = activityInfo();
      if (attempt <= 2) throw new Error(`attempt ${attempt} failed`);
      return attempt;
    },

    /** Greets. */
    async greet(name: string): Promise<string> {
      return `hello ${name}`;
    },

    /** Greets after a while. */
    async greetSlowly(name: string, ms: number): Promise<string> {
      await delay(ms);
      return `hello ${name}`;
    },

    /** Heartbeats until it is cancelled. */
    async waitForCancellation(): Promise<void> {
      for (;;) {
        Context.current().heartbeat();
        await sleep(100);
      }
    },

    /** Leaves its completion to somebody else. */
    async completedElsewhere(): Promise<string> {
      const { taskToken, workflowExecution } = activityInfo();
      openTaskTokens.set(workflowExecution?.workflowId ?? '', taskToken);
      throw new CompleteAsyncError();
    },
  };
}
