import { durationToMs } from '../../duration.js';
import { UsageError } from '../../errors.js';
import type { ServerOptions } from '@perdure/server';

type Limits = NonNullable<ServerOptions['limits']>;

/** Limits of this server by what Temporal calls them: https://docs.temporal.io/references/dynamic-configuration */
const COUNTS: Readonly<Record<string, keyof Limits>> = {
  'limit.maxidlength': 'idLengthBytes',
  'limit.blobsize.error': 'payloadSizeBytes',
  'limit.blobsize.warn': 'payloadSizeWarnBytes',
  'limit.memosize.error': 'memoSizeBytes',
  'limit.historysize.error': 'historySizeBytes',
  'limit.historysize.suggestcontinueasnew': 'historySizeSuggestContinueAsNewBytes',
  'limit.historycount.error': 'historyEventCount',
  'limit.historycount.suggestcontinueasnew': 'historyCountSuggestContinueAsNew',
  'limit.numpendingactivities.error': 'pendingActivities',
  'limit.numpendingchildexecutions.error': 'pendingChildren',
  'limit.numpendingsignals.error': 'pendingSignals',
  'limit.numpendingcancelrequests.error': 'pendingCancelRequests',
  'history.maximumsignalsperexecution': 'signalsPerRun',
  'history.maxinflightupdates': 'updatesInFlight',
  'history.maxtotalupdates': 'updatesPerRun',
  'history.maximumbufferedeventsbatch': 'bufferedEvents',
  'history.maximumbufferedeventssizeinbytes': 'bufferedSizeBytes',
  'history.maxbufferedquerycount': 'pendingQueriesPerRun',
  'frontend.searchattributesnumberofkeyslimit': 'searchAttributesCount',
  'frontend.searchattributessizeofvaluelimit': 'searchAttributeValueSizeBytes',
  'frontend.searchattributestotalsizelimit': 'searchAttributesSizeBytes',
  'frontend.visibilitymaxpagesize': 'visibilityPageSize',
  'frontend.historymaxpagesize': 'historyPageEvents',
  'frontend.maxconcurrentbatchoperationpernamespace': 'batchOperationsRunning',
  'frontend.maxexecutioncountbatchoperationpernamespace': 'batchExecutions',
  'worker.batcherrps': 'batchOperationsPerSecond',
  'worker.batcherconcurrency': 'batchOperationsAtOnce',
};
const DURATIONS: Readonly<Record<string, keyof Limits>> = {
  'history.defaultworkflowtasktimeout': 'defaultWorkflowTaskTimeoutMs',
  'history.workflowtaskheartbeattimeout': 'workflowTaskHeartbeatTimeoutMs',
  'history.longpollexpirationinterval': 'longPollTimeoutMs',
  'matching.longpollexpirationinterval': 'longPollTimeoutMs',
};

/** The limits that `KEY=JSON` pairs set, and the keys that set nothing here. A UsageError for a value of another kind. */
export function limitsOf(pairs: readonly (readonly [string, string])[]): {
  readonly limits: Limits;
  readonly unknown: readonly string[];
} {
  const limits: Partial<Record<keyof Limits, number>> = {};
  const unknown: string[] = [];
  for (const [key, text] of pairs) {
    const [count, duration] = [COUNTS[key.toLowerCase()], DURATIONS[key.toLowerCase()]];
    if (count !== undefined) limits[count] = countOf(key, text);
    else if (duration !== undefined) limits[duration] = durationToMs('dynamic-config-value', text.replaceAll('"', ''));
    else unknown.push(key);
  }
  return { limits, unknown };
}

function countOf(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`--dynamic-config-value ${key} must be a whole number, not ${text}`);
}
