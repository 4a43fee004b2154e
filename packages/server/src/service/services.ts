import type { Limits } from '@perdure/engine';
import type { BatchService } from '../batch/index.js';
import type { Clock } from '../clock.js';
import type { ExecutionHost } from '../host/index.js';
import type { Matching } from '../matching/index.js';
import type { NamespaceRegistry } from '../namespace/index.js';
import type {
  CallbackAddresses,
  EndpointRegistry,
  NexusCaller,
  NexusCompletions,
  NexusDelivery,
  NexusTasks,
} from '../nexus/index.js';
import type { Logger } from '../observability/index.js';
import type { QueryService } from '../queries/index.js';
import type { ScheduleService } from '../schedules/index.js';
import type { Store } from '../store/index.js';
import type { TaskDispatcher } from '../tasks/index.js';
import type { TimeSkipper } from '../time-skipping/index.js';
import type { UpdateService } from '../updates/index.js';

/** Everything the handlers of the API work with. */
export interface Services {
  readonly host: ExecutionHost;
  readonly matching: Matching;
  readonly tasks: TaskDispatcher;
  readonly queries: QueryService;
  readonly updates: UpdateService;
  readonly namespaces: NamespaceRegistry;
  readonly schedules: ScheduleService;
  readonly batches: BatchService;
  readonly nexusEndpoints: EndpointRegistry;
  readonly nexusTasks: NexusTasks;
  /** The way to the handlers of Nexus operations. */
  readonly nexusCaller: NexusCaller;
  /** Where handlers tell the end of operations. */
  readonly nexusCompletions: NexusCompletions;
  readonly nexusDelivery: NexusDelivery;
  readonly callbackAddresses: CallbackAddresses;
  /** How servers outside reach what is served over HTTP; undefined until there is a port for it. */
  readonly nexusFrontUrl: { url: string | undefined };
  readonly store: Store;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Where time skips. */
  readonly timeSkipper: TimeSkipper | undefined;
  readonly log: Logger;
  /** A fresh random UUID. */
  readonly newId: () => string;
}
