import { activityInfo, Context } from '@perdure/activity';

/** Activities of the workflows under test. */
export interface Activities {
  /** Fails so many times. */
  failing(failures: number): Promise<void>;
  /** Takes a moment of the machine's time. */
  working(): Promise<void>;
  /** Is there until it is cancelled or given up. */
  hanging(): Promise<void>;
  /** Sleeps as the test says. */
  sleeping(): Promise<void>;
}

export const activities: Omit<Activities, 'sleeping'> = {
  async failing(failures) {
    if (activityInfo().attempt <= failures) throw new Error('not yet');
  },
  async working() {
    await Context.current().sleep(50);
  },
  async hanging() {
    await Context.current().cancelled;
  },
};
