import type { ClientPlugin, ConnectionPlugin } from '@perdure/client';
import type { NativeConnectionOptions, NativeConnectionPlugin } from '@perdure/worker';
import type { DevServerConfig, TimeSkippingServerConfig } from './server/ephemeral-server-config.js';
import type { ClientOptionsForTestEnv } from './time-skipping-client.js';

/** Plugins for the connections and the client of an environment. */
export type TestEnvironmentPlugin = ClientPlugin | ConnectionPlugin | NativeConnectionPlugin;

/** For `TestWorkflowEnvironment.createLocal`. */
export type LocalTestWorkflowEnvironmentOptions = {
  server?: Omit<DevServerConfig, 'type'>;
  client?: ClientOptionsForTestEnv;
  plugins?: TestEnvironmentPlugin[];
};

/** For `TestWorkflowEnvironment.createTimeSkipping`. */
export type TimeSkippingTestWorkflowEnvironmentOptions = {
  server?: Omit<TimeSkippingServerConfig, 'type'>;
  client?: ClientOptionsForTestEnv;
  plugins?: TestEnvironmentPlugin[];
};

/** How to connect to a server that is there. */
export type ExistingServerConnectionOptions = Pick<NativeConnectionOptions, 'apiKey' | 'metadata' | 'tls'>;

/** For `TestWorkflowEnvironment.createFromExistingServer`. */
export type ExistingServerTestWorkflowEnvironmentOptions = {
  /** `localhost:7233` by default. */
  address?: string;
  /** `default` by default. */
  namespace?: string;
  connectionOptions?: ExistingServerConnectionOptions;
  client?: ClientOptionsForTestEnv;
  plugins?: TestEnvironmentPlugin[];
};

/** What an environment was made with. */
export type TestWorkflowEnvironmentOptionsWithDefaults = {
  server: DevServerConfig | TimeSkippingServerConfig | { type: 'existing' };
  client: ClientOptionsForTestEnv;
  plugins: TestEnvironmentPlugin[];
};
