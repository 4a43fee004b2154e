import type { common, history } from '@perdure/protocol';

/** The search attribute in which Temporal's server keeps which builds of its worker completed tasks of a run. */
export const BUILD_IDS = 'BuildIds';

/** Of an execution whose worker belongs to no versioned deployment. */
const UNVERSIONED = 'unversioned';
/** As for every search attribute: of the JSON of the list. The oldest builds are left out. */
const MAXIMUM_BYTES = 2048;

/** The part of the web's encoding API that is used here; it is everywhere, and neither Node's nor the DOM's alone. */
interface Platform {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new () => { decode(bytes: Uint8Array): string };
}

const platform = globalThis as unknown as Platform;
const decoder = new platform.TextDecoder();
const encoder = new platform.TextEncoder();
const METADATA = { encoding: encoder.encode('json/plain'), type: encoder.encode('KeywordList') };
/** What a list holds: it is looked at with every completed workflow task, and changes hardly ever. */
const lists = new WeakMap<common.IPayload, readonly string[]>();

/** The list with the build that completed a workflow task: the same payload if it holds it already. */
export function withBuildId(
  before: common.IPayload | undefined,
  completed: history.IWorkflowTaskCompletedEventAttributes | null | undefined,
): common.IPayload {
  const buildId = completed?.workerVersion?.buildId ?? '';
  const isVersioned = completed?.workerVersion?.useVersioning === true;
  const wanted = isVersioned ? [`versioned:${buildId}`] : [UNVERSIONED, ...(buildId ? [`unversioned:${buildId}`] : [])];
  const present = before === undefined ? [] : entriesOf(before);
  const missing = wanted.filter((entry) => !present.includes(entry));
  if (before !== undefined && missing.length === 0) return before;
  return present.length === 0 ? firstList(missing) : payloadOf([...present, ...missing]);
}

/** What the first workflow task of a run makes is the same for all runs of a worker: made once, and held once. */
const firstLists = new Map<string, common.IPayload>();
const MAXIMUM_FIRST_LISTS = 100;

function firstList(entries: readonly string[]): common.IPayload {
  const key = entries.join('\n');
  const known = firstLists.get(key);
  if (known !== undefined) return known;
  if (firstLists.size >= MAXIMUM_FIRST_LISTS) firstLists.clear();
  const payload = payloadOf(entries);
  firstLists.set(key, payload);
  return payload;
}

/** Without what belongs to one run only: the run that follows has had no worker yet. */
export function withoutBuildIds(
  fields: Readonly<Record<string, common.IPayload>>,
): Readonly<Record<string, common.IPayload>> {
  if (fields[BUILD_IDS] === undefined) return fields;
  const { [BUILD_IDS]: _buildIds, ...rest } = fields;
  return rest;
}

function entriesOf(payload: common.IPayload): readonly string[] {
  let entries = lists.get(payload);
  if (entries === undefined) {
    entries = decoded(payload);
    lists.set(payload, entries);
  }
  return entries;
}

/** A start may have brought anything along under this name. */
function decoded({ data }: common.IPayload): readonly string[] {
  try {
    const value: unknown = JSON.parse(decoder.decode(data ?? new Uint8Array(0)));
    return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

function payloadOf(entries: readonly string[]): common.IPayload {
  const kept = [...entries];
  let data = encoder.encode(JSON.stringify(kept));
  while (data.length > MAXIMUM_BYTES && kept.length > 1) {
    kept.splice(kept[0] === UNVERSIONED ? 1 : 0, 1);
    data = encoder.encode(JSON.stringify(kept));
  }
  const payload: common.IPayload = { metadata: METADATA, data };
  lists.set(payload, kept);
  return payload;
}
