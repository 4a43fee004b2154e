import { durationToMs } from '../../duration.js';
import { UsageError } from '../../errors.js';
import type { ServerOptions } from '@perdure/server';

type Limits = NonNullable<ServerOptions['limits']>;
type AllowedAddress = NonNullable<ServerOptions['callbackAddresses']>[number];

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

/** Where callbacks may go; the former name is that of servers before 1.32. */
const CALLBACK_ADDRESSES: ReadonlySet<string> = new Set([
  'callback.allowedaddresses',
  'component.callbacks.allowedaddresses',
]);

/** One object with the settings of the circuit breakers of Nexus, in seconds where they are times. */
const CIRCUIT_BREAKER = 'history.outboundqueue.circuitbreakersettings';
const CIRCUIT_BREAKER_FIELDS: Readonly<Record<string, { readonly limit: keyof Limits; readonly factor: number }>> = {
  maxrequests: { limit: 'nexusBreakerTrials', factor: 1 },
  interval: { limit: 'nexusBreakerIntervalMs', factor: 1000 },
  timeout: { limit: 'nexusBreakerOpenMs', factor: 1000 },
};

/** What `KEY=JSON` pairs set, and the keys that set nothing here. A UsageError for a value of another kind. */
export function settingsOfPairs(pairs: readonly (readonly [string, string])[]): {
  readonly limits: Limits;
  readonly callbackAddresses: readonly AllowedAddress[];
  readonly unknown: readonly string[];
} {
  const limits: Partial<Record<keyof Limits, number>> = {};
  const unknown: string[] = [];
  let callbackAddresses: readonly AllowedAddress[] = [];
  for (const [key, text] of pairs) {
    const [count, duration] = [COUNTS[key.toLowerCase()], DURATIONS[key.toLowerCase()]];
    if (count !== undefined) limits[count] = countOf(key, text);
    else if (duration !== undefined) limits[duration] = durationToMs('dynamic-config-value', text.replaceAll('"', ''));
    else if (CALLBACK_ADDRESSES.has(key.toLowerCase())) callbackAddresses = addressesOf(key, text);
    else if (key.toLowerCase() === CIRCUIT_BREAKER) Object.assign(limits, circuitBreakerOf(key, text));
    else unknown.push(key);
  }
  return { limits, callbackAddresses, unknown };
}

function circuitBreakerOf(key: string, text: string): Partial<Record<keyof Limits, number>> {
  const limits: Partial<Record<keyof Limits, number>> = {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    // Said below.
  }
  const fields = typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.entries(given) : [['']];
  for (const [name = '', value] of fields as [string, unknown][]) {
    const field = CIRCUIT_BREAKER_FIELDS[name.toLowerCase()];
    if (
      field === undefined ||
      typeof value !== 'number' ||
      !Number.isFinite(value) ||
      value < 0 ||
      !Number.isInteger(value * field.factor)
    ) {
      const example = '{"maxRequests":1,"interval":0,"timeout":60}';
      throw new UsageError(`--dynamic-config-value ${key} must be like ${example}, in seconds, not ${text}`);
    }
    // Temporal takes no requests that may try for its default, and so for no time.
    if (value > 0 || name.toLowerCase() === 'interval') limits[field.limit] = value * field.factor;
  }
  return limits;
}

function addressesOf(key: string, text: string): readonly AllowedAddress[] {
  const wrong = (): never => {
    throw new UsageError(
      `--dynamic-config-value ${key} must be like [{"Pattern":"*.example.com","AllowInsecure":false}], not ${text}`,
    );
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    wrong();
  }
  if (!Array.isArray(given)) return wrong();
  return given.map((each: { readonly Pattern?: unknown; readonly AllowInsecure?: unknown } | null) => {
    const { Pattern: pattern, AllowInsecure: allowInsecure = false } = each ?? {};
    if (typeof pattern !== 'string' || pattern === '' || typeof allowInsecure !== 'boolean') return wrong();
    return { pattern, allowInsecure };
  });
}

function countOf(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError(`--dynamic-config-value ${key} must be a whole number, not ${text}`);
}
