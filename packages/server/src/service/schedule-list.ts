import {
  matches,
  parseVisibilityQuery,
  typeOfSearchAttribute,
  type QueryableExecution,
  type SearchAttributes,
  type VisibilityCondition,
} from '@perdure/engine';
import { scheduleListInfo } from '@perdure/engine/schedule';
import type { schedule, workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import type { Namespace } from '../namespace/index.js';
import type { LiveSchedule, ScheduleView } from '../schedules/index.js';
import { queryableSearchAttributes } from '../shard/index.js';
import { decodeSchedulePageToken, encodeSchedulePageToken, type ScheduleListPosition } from './page-tokens.js';
import type { Services } from './services.js';

/** Schedules read at a time, while a list looks for those that match. */
const READ_AHEAD = 100;
const SCHEDULE_ID = 'ScheduleId';
const PAUSED = 'TemporalSchedulePaused';

/** The schedules of a namespace, the newest first, as far as they match a query on their search attributes. */
export async function listSchedules(
  services: Services,
  request: workflowservice.ListSchedulesRequest,
): Promise<workflowservice.IListSchedulesResponse> {
  const { maximumPageSize, nextPageToken } = request;
  const { namespaces, limits } = services;
  const namespace = namespaces.resolve(request.namespace);
  if (maximumPageSize < 0)
    throw new ServiceError('INVALID_ARGUMENT', `MaximumPageSize ${maximumPageSize} is negative.`);
  const size = Math.min(maximumPageSize || limits.visibilityPageSize, limits.visibilityPageSize);
  const after = decodeSchedulePageToken(nextPageToken);
  const where = condition(namespace, request.query);
  const found: schedule.IScheduleListEntry[] = [];
  let last: LiveSchedule | undefined;
  for await (const { live, view } of matching(services, namespace, where, after)) {
    if (found.length === size) return { schedules: found, nextPageToken: encodeSchedulePageToken(positionOf(last)) };
    found.push(entry(view));
    last = live;
  }
  return { schedules: found };
}

/** How many schedules match. */
export async function countSchedules(
  services: Services,
  request: workflowservice.CountSchedulesRequest,
): Promise<workflowservice.ICountSchedulesResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const where = condition(namespace, request.query);
  if (where === undefined) return { count: (await services.schedules.ofNamespace(namespace.id)).length };
  let count = 0;
  for await (const _ of matching(services, namespace, where, undefined)) count += 1;
  return { count };
}

function positionOf(live: LiveSchedule | undefined): ScheduleListPosition | undefined {
  return live && { createTimeMs: live.createTimeMs ?? 0, scheduleId: live.key.scheduleId };
}

async function* matching(
  { schedules }: Services,
  namespace: Namespace,
  where: VisibilityCondition | undefined,
  after: ScheduleListPosition | undefined,
): AsyncIterable<{ readonly live: LiveSchedule; readonly view: ScheduleView }> {
  const all = await schedules.ofNamespace(namespace.id);
  const rest = all.filter(({ createTimeMs = 0, key }) => {
    if (after === undefined || createTimeMs < after.createTimeMs) return true;
    return createTimeMs === after.createTimeMs && key.scheduleId > after.scheduleId;
  });
  for (let index = 0; index < rest.length; index += READ_AHEAD) {
    const page = rest.slice(index, index + READ_AHEAD);
    const views = await Promise.all(page.map(({ key }) => schedules.use(key, (live) => live.read())));
    for (const [place, live] of page.entries()) {
      const view = views[place];
      if (view !== undefined && matches(where, queryable(namespace, view))) yield { live, view };
    }
  }
}

function entry({ state, times }: ScheduleView): schedule.IScheduleListEntry {
  const { key, memo, searchAttributes } = state;
  return { scheduleId: key.scheduleId, memo, searchAttributes, info: scheduleListInfo(state, times) };
}

function condition({ searchAttributes }: Namespace, text: string): VisibilityCondition | undefined {
  const query = parseVisibilityQuery(text, {
    searchAttributes: { ...searchAttributes, [SCHEDULE_ID]: 'Keyword' },
    use: 'list',
  });
  if ('rejected' in query) throw ServiceError.fromRejection(query);
  const column = query.where && columnIn(query.where);
  if (column === undefined) return query.where;
  throw new ServiceError('INVALID_ARGUMENT', `Invalid query filter for schedules: cannot filter on "${column}".`);
}

/** A field that executions have and schedules have not. */
function columnIn(where: VisibilityCondition): string | undefined {
  switch (where.kind) {
    case 'and':
    case 'or':
      return where.operands.map(columnIn).find((column) => column !== undefined);
    case 'not':
      return columnIn(where.operand);
    default:
      return where.field.source === 'column' ? where.field.name : undefined;
  }
}

/** A schedule in the form that the query language knows. */
function queryable(namespace: Namespace, { state }: ScheduleView): QueryableExecution {
  const searchAttributes: SearchAttributes = {
    [SCHEDULE_ID]: { type: 'Keyword', value: state.key.scheduleId },
    [PAUSED]: { type: 'Bool', value: state.schedule.state?.paused ?? false },
    ...queryableSearchAttributes(state.searchAttributes?.indexedFields, (name) =>
      typeOfSearchAttribute(namespace.searchAttributes, name),
    ),
  };
  return { ...NO_COLUMNS, searchAttributes };
}

const NO_COLUMNS: Omit<QueryableExecution, 'searchAttributes'> = {
  workflowId: '',
  runId: '',
  workflowType: '',
  taskQueue: '',
  status: 0,
  startTimeMs: 0,
  executionTimeMs: 0,
};
