/** Runs workflows and activities: bundler, sandbox, pollers, sticky cache, replayer. */
export { bundleWorkflowCode, WorkflowBundleError } from './bundler/index.js';
export type { BundleOptions, WorkflowBundle, WorkflowBundlePath } from './bundler/index.js';
