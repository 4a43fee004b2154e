import type { Limits } from '@perdure/engine';
import type { Clock } from '../clock.js';
import type { Matching } from '../matching/index.js';
import type { NamespaceRegistry } from '../namespace/index.js';
import {
  CallbackAddresses,
  CompletionService,
  EndpointCaller,
  EndpointRegistry,
  NexusDelivery,
  NexusTasks,
  postCompletions,
  type AllowedAddress,
  type EndpointPorts,
  type NexusCaller,
  type PostCompletion,
} from '../nexus/index.js';
import type { Services } from '../service/index.js';
import type { ExecutionHost } from '../host/index.js';

/** The other side of Nexus, where a test plays it, and where callbacks may go. */
export interface NexusOptions {
  readonly nexusCaller?: NexusCaller | undefined;
  readonly postCompletion?: PostCompletion | undefined;
  readonly callbackAddresses?: readonly AllowedAddress[] | undefined;
  readonly timeSkipping?: boolean | undefined;
}

/** What the parts of Nexus work with. */
export interface NexusPorts extends EndpointPorts {
  readonly host: () => ExecutionHost;
  readonly matching: Matching;
  readonly namespaces: NamespaceRegistry;
  readonly executionClock: Clock;
  readonly limits: Limits;
}

type NexusServices = Pick<
  Services,
  | 'nexusEndpoints'
  | 'nexusTasks'
  | 'nexusCaller'
  | 'nexusCompletions'
  | 'nexusDelivery'
  | 'nexusFrontUrl'
  | 'callbackAddresses'
>;

/** Endpoints, tasks for the workers behind them, operations of workflows, and callbacks. */
export function createNexus(ports: NexusPorts, options: NexusOptions): NexusServices {
  const { payloadSizeBytes } = ports.limits;
  const nexusEndpoints = new EndpointRegistry(ports);
  const nexusTasks = new NexusTasks(ports);
  const nexusFrontUrl: Services['nexusFrontUrl'] = { url: undefined };
  const caller =
    options.nexusCaller ??
    new EndpointCaller({
      endpoints: nexusEndpoints,
      namespaces: ports.namespaces,
      tasks: nexusTasks,
      payloadSizeBytes,
      callbackUrl: () => (nexusFrontUrl.url === undefined ? undefined : `${nexusFrontUrl.url}/nexus/callback`),
    });
  const completions = new CompletionService(ports.host);
  const post = options.postCompletion ?? postCompletions(payloadSizeBytes);
  // Where time skips nobody is spared by waiting, and a test would wait for nothing.
  const limits = options.timeSkipping === true ? { ...ports.limits, nexusBreakerFailures: Infinity } : ports.limits;
  const nexusDelivery = new NexusDelivery({ ...ports, limits, caller, completions, post });
  return {
    nexusEndpoints,
    nexusTasks,
    nexusCaller: caller,
    nexusCompletions: completions,
    nexusDelivery,
    nexusFrontUrl,
    callbackAddresses: new CallbackAddresses(options.callbackAddresses ?? [], () => nexusFrontUrl.url),
  };
}
