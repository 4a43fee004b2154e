// Namespaces and their custom search attributes, in memory and in the store. Knows nothing of executions.
export { NamespaceRegistry, type Namespace } from './namespace-registry.js';
