import { readFile } from 'node:fs/promises';
import { WorkflowBundleError } from './bundle-errors.js';
import type { WorkflowBundle, WorkflowBundlePath } from './bundle-workflow-code.js';

/** Reads a bundle that was made before. Throws `WorkflowBundleError` if there is none, or if it is somebody else's. */
export async function loadWorkflowBundle(bundle: WorkflowBundle | WorkflowBundlePath): Promise<WorkflowBundle> {
  const code = 'codePath' in bundle ? await read(bundle.codePath) : bundle.code;
  if (code.includes('__webpack_require__')) {
    throw new WorkflowBundleError(
      'This workflow bundle was made by another SDK. Make it anew with bundleWorkflowCode of @perdure/worker.',
    );
  }
  if (!code.includes('exports.load')) {
    throw new WorkflowBundleError(
      'This is not a workflow bundle. Make one with bundleWorkflowCode of @perdure/worker.',
    );
  }
  return { code };
}

async function read(codePath: string): Promise<string> {
  try {
    return await readFile(codePath, 'utf8');
  } catch (error) {
    throw new WorkflowBundleError(`The workflow bundle ${codePath} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
