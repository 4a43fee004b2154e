import type { CommandContext } from '../../command.js';
import type { Session } from '../../connection/session.js';
import { CommandError, UsageError } from '../../errors.js';
import { confirm } from '../confirm.js';
import { objectAt, textAt, type JsonObject } from '../../json.js';
import { newId } from '../../ids.js';

/** Calls on their way at a time, when this command works through a batch itself. */
const AT_ONCE = 10;
const PAGE_SIZE = 100;

/** Something to be done to all executions that match. */
export interface Batch {
  readonly query: string;
  /** `Terminate`, for the question. */
  readonly verb: string;
  /** `Terminated`, for the outcome. */
  readonly done: string;
  /** The field of StartBatchOperation that says what to do. Undefined: servers have no such operation. */
  readonly operation: JsonObject | undefined;
  /** The same, done to one execution, unless it is to be left alone. */
  one(execution: JsonObject): Promise<'done' | 'left alone'>;
}

interface Outcome {
  count: number;
  /** Executions that ended before their turn came, or were to be left alone. */
  skipped: number;
  readonly failed: { readonly workflowId: string; readonly runId: string; readonly error: string }[];
}

/**
 * Asks, then has the server do it as a batch; if the server has no batches, works through the executions page by page.
 * A CommandError if some of them failed.
 */
export async function runBatch(context: CommandContext, session: Session, batch: Batch): Promise<void> {
  const { namespace } = session;
  const pace: Pace = { reason: context.flags.text('reason'), perSecond: rps(context.flags.text('rps')) };
  const counted = await session.call('CountWorkflowExecutions', { namespace, query: batch.query });
  const total = Number(textAt(counted, 'count') || 0);
  const nothing = { total, done: 0, skipped: 0, failed: [] };
  if (total === 0) return context.output.done(`No execution matches: ${batch.query}`, nothing);
  await confirm(context, `${batch.verb} ${executions(total)} (${batch.query})?`);
  const jobId = batch.operation === undefined ? undefined : await startOnServer(session, batch, pace);
  if (jobId !== undefined)
    return context.output.done(`Started batch ${jobId}. See: perdure batch describe --job-id ${jobId}`, {
      batchJobId: jobId,
    });
  const outcome = await workThrough(context, session, batch, { total, ...pace });
  const { count, skipped, failed } = outcome;
  const also = skipped === 0 ? '' : `; ${executions(skipped)} had ended before, or left alone`;
  await context.output.done(`${batch.done} ${executions(count)}${also}`, { total, done: count, skipped, failed });
  const [first] = failed;
  if (first !== undefined)
    throw new CommandError(
      `${failed.length} of ${executions(total)} failed, the first one ${first.workflowId}: ${first.error}`,
    );
}

/** Why it is done, and how fast. */
interface Pace {
  readonly reason: string | undefined;
  readonly perSecond: number | undefined;
}

async function startOnServer(
  session: Session,
  { query, operation, verb }: Batch,
  { reason, perSecond }: Pace,
): Promise<string | undefined> {
  const { isUnimplemented } = await import('../../connection/call-errors.js');
  const jobId = newId();
  try {
    await session.call('StartBatchOperation', {
      namespace: session.namespace,
      jobId,
      visibilityQuery: query,
      reason: reason ?? `${verb} from the command line`,
      maxOperationsPerSecond: perSecond,
      ...operation,
    });
    return jobId;
  } catch (error) {
    if (isUnimplemented(error)) return undefined;
    throw error;
  }
}

async function workThrough(
  context: CommandContext,
  session: Session,
  { query, one }: Batch,
  { total, perSecond }: Pace & { readonly total: number },
): Promise<Outcome> {
  const { isNotFound, describeCallError } = await import('../../connection/call-errors.js');
  const outcome: Outcome = { count: 0, skipped: 0, failed: [] };
  const apply = async (execution: JsonObject): Promise<void> => {
    try {
      if ((await one(execution)) === 'done') outcome.count++;
      else outcome.skipped++;
    } catch (error) {
      if (isNotFound(error)) outcome.skipped++;
      else
        outcome.failed.push({
          workflowId: textAt(execution, 'workflowId'),
          runId: textAt(execution, 'runId'),
          error: describeCallError(error, session.settings.address) ?? (error as Error).message,
        });
    }
  };
  const request = { namespace: session.namespace, query, pageSize: PAGE_SIZE };
  for await (const page of session.pages('ListWorkflowExecutions', request, 'executions')) {
    const waiting = page.map((item) => objectAt(item, 'execution'));
    while (waiting.length > 0) {
      const startedAt = performance.now();
      const group = waiting.splice(0, perSecond === undefined ? AT_ONCE : Math.max(1, Math.min(AT_ONCE, perSecond)));
      await Promise.all(group.map(apply));
      if (perSecond !== undefined) await pause((group.length / perSecond) * 1_000 - (performance.now() - startedAt));
      progress(context, outcome, total);
    }
  }
  if (context.terminal.isErrTerminal) context.terminal.err('\r\u001b[K');
  return outcome;
}

function progress({ terminal }: CommandContext, { count, skipped, failed }: Outcome, total: number): void {
  if (!terminal.isErrTerminal) return;
  const failures = failed.length === 0 ? '' : `, ${failed.length} failed`;
  terminal.err(`\r\u001b[K${count + skipped + failed.length} of ${total}${failures}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function rps(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--rps must be a number above 0, not "${text}"`);
  return value;
}

function executions(count: number): string {
  return count === 1 ? '1 execution' : `${count} executions`;
}
