/** The workflows that both the official and the scripted worker know. */
export type BenchWorkflow =
  /** `count` activities, one after the other. */
  | { readonly type: 'activities'; readonly count: number }
  /** `count` timers of `timeoutMs` at once. */
  | { readonly type: 'timers'; readonly count: number; readonly timeoutMs: number }
  /** Takes signals and answers queries until it is terminated. */
  | { readonly type: 'open' };

/** A client of the server under load. What it starts on `idleQueue` is never worked on. */
export interface Sdk {
  /** Starts a workflow that a worker runs, without waiting for it. */
  start(workflowId: string, workflow: BenchWorkflow): Promise<void>;
  /** Starts a workflow that nobody runs. */
  startIdle(workflowId: string): Promise<void>;
  /** Starts a workflow and waits for its result. */
  execute(workflowId: string, workflow: BenchWorkflow): Promise<void>;
  signal(workflowId: string): Promise<void>;
  query(workflowId: string): Promise<void>;
  terminate(workflowId: string): Promise<void>;
  /** Fetches the whole history and gives the number of its events. */
  fetchHistory(workflowId: string): Promise<number>;
  close(): Promise<void>;
}

/** The task queue that workers poll; each driver has its own. */
export interface Queues {
  readonly workQueue: string;
  readonly idleQueue: string;
}
