import type { IntendedDifference } from './difference.js';

const NO_NATIVE_CORE = 'speaks to the native core, which there is none of';
const NO_WEBPACK = 'workflow code is bundled with esbuild, which there is no webpack configuration for';
const OWN_OPTION = 'an option of our own';
const FOR_OUR_PACKAGES = 'what our own packages ask of it';

/** Differences of the worker package that are meant to be. */
export const WORKER: readonly IntendedDifference[] = [
  {
    entry: 'worker',
    names: 'Runtime',
    at: '.*',
    why: `${NO_NATIVE_CORE}; the options it shows are those that it was installed with`,
  },
  { entry: 'worker', names: 'Runtime', at: ' value.instantiator', why: NO_NATIVE_CORE },
  {
    entry: 'worker',
    names: 'CompiledWorkerOptions CompiledWorkerInterceptors',
    at: '*',
    why: 'what a worker makes of its options is its own: other defaults are compiled than for a native core',
  },
  {
    entry: 'worker',
    names: 'Worker',
    at: '.num*$',
    why: 'observables of rxjs, which workers here do without; getStatus() has the numbers',
  },
  { entry: 'worker', names: 'Worker', at: '.connection', why: 'cannot be assigned: a worker keeps its connection' },
  {
    entry: 'worker',
    names: 'BundleOptions WorkerOptions ReplayWorkerOptions',
    at: '*.webpackConfigHook',
    why: NO_WEBPACK,
  },
  {
    entry: 'worker',
    names: 'startDebugReplayer',
    why: 'for the VS Code extension of the official SDK; we have a debugger of our own',
  },
  { entry: 'worker', names: 'WorkerOptions ReplayWorkerOptions', at: '.isolateExecutionTimeout', why: OWN_OPTION },
  { entry: 'worker', names: 'WorkerOptions', at: '.maxCachedWorkflowsBytes', why: OWN_OPTION },
  {
    entry: 'worker',
    names: 'NativeConnectionOptions',
    at: '.*',
    why: `${OWN_OPTION}: the call stream, and servers in this process`,
  },
  { entry: 'worker', names: 'CustomMetricsExporter', why: 'the type of such an option' },
  {
    entry: 'worker',
    names: 'MetricsExporterConfig TelemetryOptions',
    at: '*',
    why: `${OWN_OPTION}: a meter of the application`,
  },
  { entry: 'worker', names: 'NativeConnection', at: '.[transportForWorker]', why: FOR_OUR_PACKAGES },
  { entry: 'worker', names: 'NativeConnection', at: '.address', why: 'where it goes; the official one does not say' },
  { entry: 'worker', names: 'MetricsBuffer', at: '.meter', why: FOR_OUR_PACKAGES },
  {
    entry: 'worker',
    names: 'ResourceBasedController',
    at: '*',
    why: 'says whether there is room; the measuring may be given',
  },
  {
    entry: 'worker',
    names: 'ShutdownError TransportError UnexpectedError WorkflowInboundLogInterceptor',
    why: 'classes whose type can be named as well',
  },
  {
    entry: 'worker',
    names: 'WorkflowBundleError',
    why: 'what cannot be bundled, as an error with the chain of imports',
  },
];
