/** Names that begin like this belong to the SDKs. */
export const TEMPORAL_RESERVED_PREFIX = '__temporal_';
/** The query that every workflow answers with where it stands. */
export const STACK_TRACE_QUERY_NAME = '__stack_trace';
/** The query that every workflow answers with where it stands, sources included. */
export const ENHANCED_STACK_TRACE_QUERY_NAME = '__enhanced_stack_trace';

/** The kinds of names that users choose. */
export type ReservedNameEntityType = 'query' | 'signal' | 'update' | 'activity' | 'task queue' | 'sink' | 'workflow';

/** Throws a TypeError if the name belongs to the SDKs. */
export function throwIfReservedName(type: ReservedNameEntityType, name: string): void {
  if (name.startsWith(TEMPORAL_RESERVED_PREFIX)) {
    throw new TypeError(`Cannot use ${type} name: '${name}', with reserved prefix: '${TEMPORAL_RESERVED_PREFIX}'`);
  }
  if (name === STACK_TRACE_QUERY_NAME || name === ENHANCED_STACK_TRACE_QUERY_NAME) {
    throw new TypeError(`Cannot use ${type} name: '${name}', which is a reserved name`);
  }
}
