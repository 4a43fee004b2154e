import { native } from '@temporalio/core-bridge';
import proto from '@temporalio/proto';
import type { Json, RecordedActivation } from './recording.js';

interface Entry {
  activation: Json;
  completion: Json;
}

const { WorkflowActivation } = proto.coresdk.workflow_activation;
const { WorkflowActivationCompletion } = proto.coresdk.workflow_completion;

/**
 * Listens in on what the official core tells the official workflow runtime, and on what that answers: everything, in order, and
 * before either side has touched it. One log for all workers of the process.
 */
export class ActivationLog {
  private readonly runs = new Map<string, Entry[]>();
  private readonly workers: object[] = [];

  /** What the first worker was told of a run. */
  live(runId: string): readonly RecordedActivation[] {
    return this.runs.get(`0 ${runId}`) ?? [];
  }

  /** What the newest worker was told, which replays one run. */
  replayed(): readonly RecordedActivation[] {
    const newest = `${this.workers.length - 1} `;
    return [...this.runs].flatMap(([key, entries]) => (key.startsWith(newest) ? entries : []));
  }

  told(worker: object, bytes: Uint8Array): void {
    const activation = WorkflowActivation.decode(bytes).toJSON();
    // A run that leaves the cache is no business of workflow code.
    const isEviction = (activation['jobs'] as Json[] | undefined)?.some((job) => 'removeFromCache' in job) ?? true;
    if (isEviction) return;
    const key = this.key(worker, activation['runId']);
    const entries = this.runs.get(key) ?? [];
    this.runs.set(key, entries);
    entries.push({ activation, completion: {} });
  }

  answered(worker: object, bytes: Uint8Array): void {
    const { runId, ...completion } = WorkflowActivationCompletion.decodeDelimited(bytes).toJSON() as Json;
    const last = this.runs.get(this.key(worker, runId))?.at(-1);
    // The answer to an eviction comes after that to what went before.
    if (last !== undefined && Object.keys(last.completion).length === 0) last.completion = completion;
  }

  private key(worker: object, runId: unknown): string {
    if (!this.workers.includes(worker)) this.workers.push(worker);
    return `${this.workers.indexOf(worker)} ${String(runId)}`;
  }
}

/** Installs the log between core and runtime of every official worker created from now on. */
export function installActivationLog(): ActivationLog {
  const log = new ActivationLog();
  const bridge = native;
  const { workerPollWorkflowActivation: poll, workerCompleteWorkflowActivation: complete } = native;
  bridge.workerPollWorkflowActivation = async (worker) => {
    const bytes = await poll(worker);
    log.told(worker, bytes);
    return bytes;
  };
  bridge.workerCompleteWorkflowActivation = async (worker, bytes) => {
    log.answered(worker, bytes);
    await complete(worker, bytes);
  };
  return log;
}
