import type { VisibilityCondition } from '@perdure/engine/visibility';
import { ServiceError } from '../api/index.js';
import type { PageCursor } from '../store/index.js';
import { batchRequestId, type BatchRecord, type BatchTarget } from './batch-record.js';
import type { BatchPorts } from './ports.js';

/** The next executions of a batch, and where the ones after them begin. */
export interface TargetPage {
  readonly targets: readonly BatchTarget[];
  readonly cursor: PageCursor | undefined;
}

type Ports = Pick<BatchPorts, 'host' | 'store' | 'limits' | 'parseQuery'>;
type Source = Pick<BatchRecord, 'namespaceId' | 'jobId' | 'request' | 'startTimeMs'>;

/** How many executions there are now. */
export async function countTargets(ports: Ports, source: Source): Promise<number> {
  const { executions, visibilityQuery } = source.request;
  if (visibilityQuery === '') return executions.length;
  const where = conditionOf(ports, source);
  await ports.host.drain();
  return (await ports.store.countVisibility({ namespaceId: source.namespaceId, where })).count;
}

/**
 * Reads a page of executions. A query is walked in the order of lists: open executions by their start, then closed ones
 * by their end, latest first. An execution only ever moves on in that order, when it closes, so whatever happens
 * meanwhile none that was there at the start is passed over; one that starts later comes before the cursor.
 */
export async function readTargets(ports: Ports, source: Source, cursor: PageCursor | undefined): Promise<TargetPage> {
  const { executions, visibilityQuery } = source.request;
  const pageSize = ports.limits.batchPageExecutions;
  if (visibilityQuery === '') {
    const from = Number(cursor?.[0] ?? 0);
    const named = executions.slice(from, from + pageSize);
    const targets = await Promise.all(named.map((execution) => certainRun(ports, source, execution)));
    const next = from + targets.length;
    return { targets, cursor: next < executions.length ? [next] : undefined };
  }
  const where = conditionOf(ports, source);
  await ports.host.drain();
  const page = await ports.store.listVisibility({ namespaceId: source.namespaceId, where, pageSize, cursor });
  const targets: BatchTarget[] = [];
  for (const { workflowId, runId, closeTimeMs } of page.rows) {
    const target = { workflowId, runId };
    if ((closeTimeMs ?? 0) < source.startTimeMs || !(await wasReset(ports, source, target))) targets.push(target);
  }
  return { targets, cursor: page.cursor };
}

/** The run that is meant, so that the same one is acted on if that has to be done again. */
async function certainRun(
  ports: Ports,
  { namespaceId }: Source,
  { workflowId, runId }: BatchTarget,
): Promise<BatchTarget> {
  if (runId !== '') return { workflowId, runId };
  try {
    return await ports.host.read({ namespaceId, workflowId, runId }, ({ state }) => ({
      workflowId,
      runId: state.key.runId,
    }));
  } catch (error) {
    // Nothing to be found is said when it is acted on.
    if (error instanceof ServiceError && error.code === 'NOT_FOUND') return { workflowId, runId };
    throw error;
  }
}

/** Whether this batch has come to a run while it was open: a reset closes it, and among the closed ones it is met again. */
async function wasReset({ host }: Ports, source: Source, target: BatchTarget): Promise<boolean> {
  if (source.request.resetOperation === undefined) return false;
  const requestId = batchRequestId(source, target);
  const { namespaceId } = source;
  try {
    const { resetRequest, resetRunId } = await host.read({ namespaceId, ...target }, ({ state }) => state);
    if (resetRequest?.requestId === requestId) return true;
    if (resetRunId === '') return false;
    const replacement = { ...target, namespaceId, runId: resetRunId };
    return (await host.read(replacement, ({ state }) => state.createRequestId)) === requestId;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

/** Of closed executions only deletions and resets make something. */
function conditionOf({ parseQuery }: Ports, { namespaceId, request }: Source): VisibilityCondition | undefined {
  const takesClosed = request.deletionOperation !== undefined || request.resetOperation !== undefined;
  const where = parseQuery(namespaceId, request.visibilityQuery);
  if (takesClosed) return where;
  const running = parseQuery(namespaceId, "ExecutionStatus = 'Running'");
  if (where === undefined || running === undefined) return running;
  return { kind: 'and', operands: [where, running] };
}
