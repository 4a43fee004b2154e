import { createRequire } from 'node:module';
import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';

/** The two SDKs that tests run: ours, and the official one. */
export const SDKS = ['perdure', 'temporal'] as const;

/** One of {@link SDKS}. */
export type SdkName = (typeof SDKS)[number];

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
const locate = createRequire(import.meta.url).resolve;

/**
 * Bundles workflows that are written with `@perdure/workflow` for the worker of either SDK. For the official one only the scope of
 * their imports is changed: that this is enough is a promise of ours.
 */
export async function bundleWorkflows(sdk: SdkName, workflowsPath: string): Promise<string> {
  if (sdk === 'perdure') return (await ours.bundleWorkflowCode({ workflowsPath })).code;
  const { code } = await theirs.bundleWorkflowCode({
    workflowsPath,
    logger: silent,
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, alias: { ...config.resolve?.alias, ...officialScope } },
    }),
  });
  return code;
}

const officialScope = {
  '@perdure/workflow$': locate('@temporalio/workflow'),
  '@perdure/common$': locate('@temporalio/common'),
};
