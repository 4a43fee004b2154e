/** Makes one file of workflow code. Must not know how it is run. */
export {
  bundleWorkflowCode,
  type BundleOptions,
  type BundlerPlugin,
  type WorkflowBundle,
  type WorkflowBundlePath,
  type WorkflowBundlePathWithSourceMap,
  type WorkflowBundleWithSourceMap,
} from './bundle-workflow-code.js';
export { WorkflowBundleError } from './bundle-errors.js';
export { loadWorkflowBundle } from './load-workflow-bundle.js';
