/** Workflow code could not be made into a bundle. The message says what stands in the way, where, and what to do. */
export class WorkflowBundleError extends Error {
  override readonly name = 'WorkflowBundleError';
}
