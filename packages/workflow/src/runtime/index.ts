/**
 * The runtime inside the sandbox: what a worker calls to bring workflow code to life. Workflow code itself imports the package's
 * root. Must not know Node, a transport, or history.
 */
export { installGlobals, type GlobalsOutside } from './globals.js';
export type { ExecutionOptions, LoadedModules } from './execution.js';
export { setOutside, type Outside } from './outside.js';
export { WorkflowInstance } from './runtime.js';
export { SDK_VERSION } from './sdk-version.js';
