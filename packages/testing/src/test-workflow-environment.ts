import {
  type AsyncCompletionClient,
  Client,
  Connection,
  LOCAL_TARGET,
  type TestService,
  type WorkflowClient,
} from '@perdure/client';
import { InternalConnectionOptionsSymbol } from '@perdure/client/internal';
import { type Duration, msToNumber } from '@perdure/common';
import { msToDuration, timestampToMs } from '@perdure/protocol';
import { startServer, type RunningServer } from '@perdure/server';
import { NativeConnection, Runtime } from '@perdure/worker';
import { createNexusEndpoint, type NexusEndpointIdentifier } from './nexus-endpoints.js';
import { pauseMs } from './pause.js';
import { registerSearchAttributes } from './server/register-search-attributes.js';
import { planDevServer, planTimeSkippingServer, type PlannedServer } from './server/server-options.js';
import type {
  ExistingServerConnectionOptions,
  ExistingServerTestWorkflowEnvironmentOptions,
  LocalTestWorkflowEnvironmentOptions,
  TestWorkflowEnvironmentOptionsWithDefaults,
  TimeSkippingTestWorkflowEnvironmentOptions,
} from './test-environment-options.js';
import { TimeSkippingClient } from './time-skipping-client.js';

const STOP_GRACE_MS = 1000;

interface Parts {
  readonly options: TestWorkflowEnvironmentOptionsWithDefaults;
  readonly server: RunningServer | 'existing';
  readonly address: string;
  readonly namespace: string | undefined;
  readonly connectionOptions: ExistingServerConnectionOptions;
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
}

/**
 * A server to run workflows on in a test, and connections to it. Servers run in the test's own process: they are ready in
 * milliseconds, and each environment has a time of its own, so that tests may run side by side.
 */
export class TestWorkflowEnvironment {
  /** What the environment was made with. */
  readonly options: TestWorkflowEnvironmentOptionsWithDefaults;
  /** Whether the time of this environment skips. */
  readonly supportsTimeSkipping: boolean;
  /** `host:port` of the server's gRPC port, for other clients. The environment's own connections need no sockets. */
  readonly address: string;
  /** What other connections to the server need besides its address. */
  readonly connectionOptions: ExistingServerConnectionOptions;
  /** The namespace, if one was given; `default` otherwise. */
  readonly namespace?: string;
  readonly connection: Connection;
  /** A client of the server; where time skips, it does while this waits for the result of a workflow. */
  readonly client: Client;
  /** @deprecated Use `client.activity`. */
  readonly asyncCompletionClient: AsyncCompletionClient;
  /** @deprecated Use `client.workflow`. */
  readonly workflowClient: WorkflowClient;
  /** Give this to the workers under test. */
  readonly nativeConnection: NativeConnection;
  protected readonly server: RunningServer | 'existing';

  protected constructor(parts: Parts) {
    const { options, connection, namespace } = parts;
    this.options = options;
    this.supportsTimeSkipping = options.server.type === 'time-skipping';
    this.server = parts.server;
    this.address = parts.address;
    this.connectionOptions = parts.connectionOptions;
    this.connection = connection;
    this.nativeConnection = parts.nativeConnection;
    this.namespace = namespace;
    // Plugins come with the connection.
    const clientOptions = { ...options.client, connection, namespace };
    this.client = this.supportsTimeSkipping ? new TimeSkippingClient(clientOptions) : new Client(clientOptions);
    this.asyncCompletionClient = this.client.activity;
    this.workflowClient = this.client.workflow;
  }

  /**
   * An environment whose time skips to whatever is due next while a workflow's result is waited for and nothing is left
   * to do for workers, and during {@link sleep}. Otherwise, and while an activity or a workflow task runs, it goes at its
   * ordinary pace.
   */
  static async createTimeSkipping(
    opts: TimeSkippingTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    const server = { ...opts.server, type: 'time-skipping' as const };
    return await this.start({ ...opts, server }, planTimeSkippingServer(server), undefined);
  }

  /** An environment with a server whose time is the machine's. */
  static async createLocal(opts: LocalTestWorkflowEnvironmentOptions = {}): Promise<TestWorkflowEnvironment> {
    const server = { ...opts.server, type: 'dev-server' as const };
    const plan = planDevServer(server);
    const isNamed = plan.namespace !== 'default' || server.namespace !== undefined;
    return await this.start({ ...opts, server }, plan, isNamed ? plan.namespace : undefined);
  }

  /** An environment on a server that runs already, which it neither starts nor stops. */
  static async createFromExistingServer(
    opts: ExistingServerTestWorkflowEnvironmentOptions = {},
  ): Promise<TestWorkflowEnvironment> {
    const { apiKey, metadata, tls } = opts.connectionOptions ?? {};
    return await this.connect({
      options: withDefaults({ ...opts, server: { type: 'existing' } }),
      server: 'existing',
      address: opts.address ?? LOCAL_TARGET,
      namespace: opts.namespace ?? 'default',
      connectionOptions: { apiKey, metadata, tls },
    });
  }

  private static async start(
    options: GivenOptions,
    plan: PlannedServer,
    namespace: string | undefined,
  ): Promise<TestWorkflowEnvironment> {
    const server = await startServer(plan.options);
    try {
      const { address } = server;
      const environment = await this.connect({
        options: withDefaults(options),
        server,
        address,
        namespace,
        connectionOptions: {},
      });
      await registerSearchAttributes(environment.connection, plan, searchAttributesOf(options));
      return environment;
    } catch (error) {
      await server.stop({ graceMs: 0 });
      throw error;
    }
  }

  private static async connect(
    parts: Omit<Parts, 'connection' | 'nativeConnection'>,
  ): Promise<TestWorkflowEnvironment> {
    const { options, server, address, connectionOptions } = parts;
    const common = {
      ...connectionOptions,
      address,
      plugins: options.plugins,
      ...(server === 'existing' ? {} : { inProcess: server.inProcess }),
      [InternalConnectionOptionsSymbol]: { supportsTestService: options.server.type === 'time-skipping' },
    };
    const nativeConnection = await NativeConnection.connect(common);
    try {
      const connection = await Connection.connect(common);
      return new this({ ...parts, connection, nativeConnection });
    } catch (error) {
      await nativeConnection.close();
      throw error;
    }
  }

  /** Closes the connections and stops the server. Workers must have stopped before. Never rejects. */
  async teardown(): Promise<void> {
    const report = (what: string) => (error: unknown) =>
      void Runtime.instance().logger.warn(`The test environment could not ${what}`, { error });
    await this.connection.close().catch(report('close its connection'));
    await this.nativeConnection.close().catch(report('close the connection of its workers'));
    if (this.server === 'existing') return;
    await this.server.stop({ graceMs: STOP_GRACE_MS }).catch(report('stop its server'));
  }

  /**
   * Waits in the time of the environment. Where time skips, this is over as soon as everything that was due until then
   * has happened and workflows have reacted to it; elsewhere it takes as long as it says.
   */
  sleep = async (durationMs: Duration): Promise<void> => {
    const ms = msToNumber(durationMs);
    if (!this.supportsTimeSkipping) return await pauseMs(ms);
    await this.testService.unlockTimeSkippingWithSleep({ duration: msToDuration(ms) });
  };

  /** Epoch milliseconds: what it is for workflows. */
  async currentTimeMs(): Promise<number> {
    if (!this.supportsTimeSkipping) return Date.now();
    const { time } = await this.testService.getCurrentTime({});
    return timestampToMs(time) ?? Date.now();
  }

  /** Creates a Nexus endpoint that leads to a task queue in the namespace of this environment. */
  async createNexusEndpoint(name: string, taskQueue: string): Promise<NexusEndpointIdentifier> {
    return await createNexusEndpoint(this.connection, { name, namespace: this.namespace ?? 'default', taskQueue });
  }

  /** Deletes a Nexus endpoint. */
  async deleteNexusEndpoint({ id, version }: Pick<NexusEndpointIdentifier, 'id' | 'version'>): Promise<void> {
    await this.connection.operatorService.deleteNexusEndpoint({ id, version });
  }

  private get testService(): TestService {
    const { testService } = this.connection;
    if (testService === undefined) throw new TypeError('The time of this environment does not skip');
    return testService;
  }
}

type GivenOptions = Pick<TestWorkflowEnvironmentOptionsWithDefaults, 'server'> &
  Partial<Omit<TestWorkflowEnvironmentOptionsWithDefaults, 'server'>>;

function withDefaults({ server, client, plugins }: GivenOptions): TestWorkflowEnvironmentOptionsWithDefaults {
  return { server, client: client ?? {}, plugins: plugins ?? [] };
}

function searchAttributesOf({ server }: GivenOptions) {
  return server.type === 'dev-server' ? (server.searchAttributes ?? []) : [];
}
