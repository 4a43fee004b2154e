// Namespaces and their custom search attributes, in memory and in the store. Knows nothing of executions.
export { namespaceNotFound, NamespaceRegistry, type Namespace } from './namespace-registry.js';
