/** What is done with an operation, and where it is. */
export interface OperationRoute {
  readonly kind: 'operation';
  readonly target:
    | { readonly kind: 'endpoint'; readonly endpointId: string }
    | { readonly kind: 'taskQueue'; readonly namespace: string; readonly taskQueue: string };
  readonly service: string;
  readonly operation: string;
  readonly action: 'start' | 'cancel';
  /** The token of the operation, where older callers have it in the path. */
  readonly operationToken: string | undefined;
}

/** What a path of Nexus over HTTP leads to. */
export type NexusRoute = OperationRoute | { readonly kind: 'callback' };

/** Undefined for a path that is not of Nexus. */
export function routeOf(pathname: string): NexusRoute | undefined {
  const parts = decodedParts(pathname);
  if (parts === undefined) return undefined;
  const [first, second, third, fourth, fifth] = parts;
  if (first === 'nexus') {
    if (second === 'callback' && parts.length === 2) return { kind: 'callback' };
    if (second === 'endpoints' && fourth === 'services' && third !== undefined)
      return operationRoute({ kind: 'endpoint', endpointId: third }, parts.slice(4));
    return undefined;
  }
  if (first !== 'namespaces' || second === undefined) return undefined;
  if (third === 'nexus' && fourth === 'callback' && parts.length === 4) return { kind: 'callback' };
  if (third === 'task-queues' && fourth !== undefined && fifth === 'nexus-services')
    return operationRoute({ kind: 'taskQueue', namespace: second, taskQueue: fourth }, parts.slice(5));
  return undefined;
}

function operationRoute(target: OperationRoute['target'], rest: readonly string[]): OperationRoute | undefined {
  const [service, operation, third, fourth] = rest;
  if (!service || !operation) return undefined;
  const route = { kind: 'operation', target, service, operation } as const;
  if (rest.length === 2) return { ...route, action: 'start', operationToken: undefined };
  if (rest.length === 3 && third === 'cancel') return { ...route, action: 'cancel', operationToken: undefined };
  if (rest.length === 4 && fourth === 'cancel') return { ...route, action: 'cancel', operationToken: third };
  return undefined;
}

function decodedParts(pathname: string): readonly string[] | undefined {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
