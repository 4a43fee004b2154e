import { ActivityClient } from './activity/index.js';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from './base-client.js';
import type { ClientInterceptors } from './interceptors.js';
import { NexusClient } from './nexus/index.js';
import type { QueryRejectCondition } from './types.js';
import { ScheduleClient } from './schedule/index.js';
import { TaskQueueClient } from './task-queue/index.js';
import type { WorkflowService } from './types.js';
import { WorkflowClient } from './workflow/workflow-client.js';

/** How a client is made. */
export interface ClientOptions extends BaseClientOptions {
  /** Go around calls, the first one of each kind outermost. */
  interceptors?: ClientInterceptors;
  /** May change these options. Plugins of the connection come first. */
  plugins?: ClientPlugin[];
  workflow?: {
    /** Which executions queries are not put to; none by default. */
    queryRejectCondition?: QueryRejectCondition;
  };
}

/** Options with everything filled in. */
export type LoadedClientOptions = LoadedWithDefaults<ClientOptions>;

/** Changes the options of a client before it is made. */
export interface ClientPlugin {
  get name(): string;
  configureClient?(options: Omit<ClientOptions, 'plugins'>): Omit<ClientOptions, 'plugins'>;
}

/** Everything a server can be asked for, by subject. */
export class Client extends BaseClient {
  readonly options: LoadedClientOptions;
  readonly workflow: WorkflowClient;
  /** Starts activities without a workflow, and completes activities from outside their workers. */
  readonly activity: ActivityClient;
  readonly schedule: ScheduleClient;
  /** Starts Nexus operations without a workflow. */
  readonly nexus: NexusClient;
  /** @deprecated Use worker deployments. */
  readonly taskQueue: TaskQueueClient;

  constructor(given: ClientOptions = {}) {
    const options = configured(given);
    super(options);
    const filledIn = withBaseDefaults(options);
    const { identity, namespace } = filledIn;
    const { interceptors = {}, workflow } = options;
    const shared = { connection: this.connection, identity, namespace, dataConverter: this.dataConverter };
    const queryRejectCondition = workflow?.queryRejectCondition;
    this.workflow = new WorkflowClient({ ...shared, interceptors: interceptors.workflow, queryRejectCondition });
    this.activity = new ActivityClient({ ...shared, interceptors: interceptors.activity });
    this.taskQueue = new TaskQueueClient(shared);
    this.schedule = new ScheduleClient({ ...shared, interceptors: interceptors.schedule });
    this.nexus = new NexusClient({ ...shared, interceptors: interceptors.nexus });
    this.options = {
      ...filledIn,
      loadedDataConverter: this.dataConverter,
      interceptors: { workflow: [], schedule: [], nexus: [], activity: [], ...interceptors },
      workflow: { queryRejectCondition: this.workflow.options.queryRejectCondition },
      plugins: options.plugins ?? [],
    };
  }

  /** Every method of the workflow service. The namespace of this client is not filled in. */
  get workflowService(): WorkflowService {
    return this.connection.workflowService;
  }
}

function configured(given: ClientOptions): ClientOptions {
  const ofConnection = (given.connection?.plugins ?? []).filter(isClientPlugin);
  const plugins = [...ofConnection, ...(given.plugins ?? [])];
  const changed = plugins.reduce<Omit<ClientOptions, 'plugins'>>(
    (options, plugin) => plugin.configureClient?.(options) ?? options,
    given,
  );
  return { ...changed, plugins };
}

function isClientPlugin(plugin: object): plugin is ClientPlugin {
  return 'configureClient' in plugin;
}
