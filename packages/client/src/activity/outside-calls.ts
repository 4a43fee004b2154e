import { randomUUID } from 'node:crypto';
import { msOptionalToTs } from '@perdure/common/internal';
import { decodeFromPayloadsAtIndex, decodeOptionalFailureToOptionalError } from '@perdure/common/internal/conversion';
import type { activity, workflowservice } from '@perdure/protocol';
import { ActivityExecutionFailedError } from '../errors.js';
import { listed } from '../listed.js';
import { nexusCallOf } from '../nexus-call.js';
import type { CallScope } from '../workflow/call-scope.js';
import { decodeCount } from '../workflow/execution-info.js';
import type { ActivityOptionsUpdateResult } from './activity-options.js';
import type { ActivityExecutionDescription, ActivityExecutionInfo, CountActivityExecutions } from './activity-types.js';
import { decodeDescription, decodeListed } from './description.js';
import { throwActivityError, throwStartActivityError } from './errors.js';
import type {
  ActivityCancelInput,
  ActivityCountInput,
  ActivityDescribeInput,
  ActivityGetResultInput,
  ActivityListInput,
  ActivityPauseInput,
  ActivityRestoreOriginalOptionsInput,
  ActivityStartInput,
  ActivityTerminateInput,
  ActivityUnpauseInput,
  ActivityUpdateOptionsInput,
} from './interceptors.js';
import { activityContext, decodeActivityOptions, encodeOptionsUpdate, startActivityRequest } from './requests.js';

/** Which run of an activity is meant. */
interface Target {
  readonly activityId: string;
  readonly activityRunId: string;
}

/** Starts an activity; the id of its run. */
export async function startActivity(scope: CallScope, input: ActivityStartInput): Promise<string> {
  const request = await startActivityRequest(scope, input);
  const { runId, link } = await scope.service
    .startActivityExecution(request)
    .catch((error: unknown) => throwStartActivityError(error, input.options.id));
  const nexusCall = nexusCallOf(input.options);
  if (nexusCall !== undefined) nexusCall.responseLink = link;
  return runId;
}

/** Waits for the result of an activity. Rejects with `ActivityExecutionFailedError` if it does not complete. */
export async function activityResult(
  scope: CallScope,
  { outputType, ...target }: ActivityGetResultInput,
): Promise<unknown> {
  const { activityId } = target;
  const context = activityContext(scope.namespace, activityId);
  const { outcome, runId } = await closedActivity(scope, target);
  const cause = await decodeOptionalFailureToOptionalError(scope.dataConverter, outcome.failure, context);
  if (cause !== undefined) {
    const run = runId || target.activityRunId || undefined;
    throw new ActivityExecutionFailedError('Activity execution failed', cause, activityId, run);
  }
  return decodeFromPayloadsAtIndex(scope.dataConverter, 0, outcome.result?.payloads, context, outputType);
}

/** What the server knows about an activity. */
export async function describeActivity(
  scope: CallScope,
  { options, ...target }: ActivityDescribeInput,
): Promise<ActivityExecutionDescription> {
  const response = await scope.service
    .describeActivityExecution({ ...question(scope, target), ...options })
    .catch((error: unknown) => throwActivityError(error, 'Failed to describe activity'));
  return decodeDescription(scope.dataConverter, scope.namespace, target.activityId, response);
}

/** Asks an activity to end. */
export async function cancelActivity(scope: CallScope, { reason, ...target }: ActivityCancelInput): Promise<void> {
  await scope.service
    .requestCancelActivityExecution({ ...order(scope, target), reason })
    .catch((error: unknown) => throwActivityError(error, 'Failed to request activity cancellation'));
}

/** Ends an activity at once. */
export async function terminateActivity(
  scope: CallScope,
  { reason, ...target }: ActivityTerminateInput,
): Promise<void> {
  await scope.service
    .terminateActivityExecution({ ...order(scope, target), reason })
    .catch((error: unknown) => throwActivityError(error, 'Failed to terminate activity'));
}

/** Keeps an activity from being tried again. */
export async function pauseActivity(scope: CallScope, { options, ...target }: ActivityPauseInput): Promise<void> {
  await scope.service
    .pauseActivityExecution({ ...order(scope, target), reason: options.reason })
    .catch((error: unknown) => throwActivityError(error, 'Failed to request activity pause'));
}

/** Lets an activity go on. */
export async function unpauseActivity(scope: CallScope, { options, ...target }: ActivityUnpauseInput): Promise<void> {
  const jitter = msOptionalToTs(options.jitter);
  await scope.service
    .unpauseActivityExecution({ ...order(scope, target), reason: options.reason, jitter })
    .catch((error: unknown) => throwActivityError(error, 'Failed to request activity unpause'));
}

/** Changes options of an activity. */
export async function updateActivityOptions(
  scope: CallScope,
  { options, ...target }: ActivityUpdateOptionsInput,
): Promise<ActivityOptionsUpdateResult> {
  const changes = encodeOptionsUpdate(options);
  const response = await scope.service
    .updateActivityExecutionOptions({ ...order(scope, target), ...changes })
    .catch((error: unknown) => throwActivityError(error, 'Failed to update activity options'));
  return decodeActivityOptions(response.activityOptions);
}

/** Puts back the options that an activity was started with. */
export async function restoreActivityOptions(
  scope: CallScope,
  target: ActivityRestoreOriginalOptionsInput,
): Promise<ActivityOptionsUpdateResult> {
  const response = await scope.service
    .updateActivityExecutionOptions({ ...order(scope, target), restoreOriginal: true })
    .catch((error: unknown) => throwActivityError(error, 'Failed to restore original activity options'));
  return decodeActivityOptions(response.activityOptions);
}

/** The activities that match a query. */
export function listActivities(scope: CallScope, { query }: ActivityListInput): AsyncIterable<ActivityExecutionInfo> {
  return listed(
    (nextPageToken) =>
      scope.service
        .listActivityExecutions({ namespace: scope.namespace, query, nextPageToken })
        .catch((error: unknown) => throwActivityError(error, 'Failed to list activities')),
    (page) => page.executions,
    decodeListed,
  );
}

/** How many activities match a query. */
export async function countActivities(
  scope: CallScope,
  { query }: ActivityCountInput,
): Promise<CountActivityExecutions> {
  const response = await scope.service
    .countActivityExecutions({ namespace: scope.namespace, query })
    .catch((error: unknown) => throwActivityError(error, 'Failed to count activities'));
  return decodeCount(response);
}

/** Asks until the activity is closed: the server answers without an outcome when a poll has waited long enough. */
async function closedActivity(
  scope: CallScope,
  target: Target,
): Promise<{ readonly runId: string; readonly outcome: activity.IActivityExecutionOutcome }> {
  for (;;) {
    const { runId, outcome } = await scope.service
      .pollActivityExecution(question(scope, target))
      .catch((error: unknown) => throwActivityError(error, 'Failed to get activity result'));
    if (outcome?.result !== undefined || outcome?.failure !== undefined) return { runId, outcome };
  }
}

function question({ namespace }: CallScope, { activityId, activityRunId }: Target) {
  return { namespace, activityId, runId: activityRunId } satisfies workflowservice.IPollActivityExecutionRequest;
}

function order(scope: CallScope, target: Target) {
  return { ...question(scope, target), identity: scope.identity, requestId: randomUUID() };
}
