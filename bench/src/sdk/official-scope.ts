import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';

type WebpackHook = NonNullable<NonNullable<WorkerOptions['bundlerOptions']>['webpackConfigHook']>;

const workflow = fileURLToPath(import.meta.resolve('@temporalio/workflow'));

/** Bundles workflows that import `@perdure/workflow` for the official SDK: nothing but the scope of the import is changed. */
export const withOfficialScope: WebpackHook = (config) => ({
  ...config,
  resolve: { ...config.resolve, alias: { ...config.resolve?.alias, '@perdure/workflow$': workflow } },
});
