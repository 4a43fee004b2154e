/**
 * The runtime inside the sandbox: what a worker calls to bring workflow code to life. Workflow code itself imports the package's
 * root. Must not know Node, a transport, or history.
 */
export { workflowLogAttributes } from '../logs.js';
export { installGlobals } from './globals.js';
export type { ExecutionOptions, LoadedModules } from './execution.js';
export { GlobalScope } from './global-scope.js';
export { hardenIntrinsics } from './harden.js';
export { setOutside, type Outside } from './outside.js';
export { WorkflowInstance } from './runtime.js';
export { SDK_VERSION } from './sdk-version.js';
