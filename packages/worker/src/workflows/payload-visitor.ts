import type { Payload } from '@perdure/common';

/** A place that holds payloads, and what to put there instead. */
interface Place {
  readonly payload: Payload;
  readonly replace: (payload: Payload) => void;
}

/** Fields whose payloads the server has to read: no codec touches them. */
const READ_BY_SERVER: ReadonlySet<string> = new Set(['searchAttributes', 'indexedFields', 'callSite']);

/**
 * A copy of a message of plain objects in which every payload, wherever it is, has gone through the function; the message itself if
 * it holds none. All payloads go through at once, since a codec may have to ask somebody far away.
 */
export async function mapPayloads<T>(
  message: T,
  map: (payloads: Payload[]) => Promise<readonly Payload[]>,
): Promise<T> {
  const places: Place[] = [];
  const copy = copyWithPlaces(message, places, () => undefined) as T;
  if (places.length === 0) return message;
  const mapped = await map(places.map(({ payload }) => payload));
  if (mapped.length !== places.length) {
    throw new Error(`A payload codec gave ${mapped.length} payloads for ${places.length}: it must give one for each.`);
  }
  places.forEach(({ replace }, index) => replace(mapped[index] as Payload));
  return copy;
}

function copyWithPlaces(value: unknown, places: Place[], replace: (value: unknown) => void): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    value.forEach((item, index) => {
      copy[index] = copyWithPlaces(item, places, (next) => (copy[index] = next));
    });
    return copy;
  }
  if (isPayload(value)) {
    places.push({ payload: value, replace });
    return value;
  }
  // Spread, since a member that people named may be called `__proto__`, which would not come about by assignment.
  const copy: Record<string, unknown> = { ...value };
  for (const [name, item] of Object.entries(value)) {
    if (READ_BY_SERVER.has(name)) continue;
    const put = (next: unknown): void => {
      if (name === '__proto__') Object.defineProperty(copy, name, { value: next });
      else copy[name] = next;
    };
    put(copyWithPlaces(item, places, put));
  }
  return copy;
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && !('kind' in value);
}
