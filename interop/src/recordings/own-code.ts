import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@perdure/worker';
import { Sandbox, type SandboxedWorkflow } from '@perdure/worker/internal';
import type { WorkflowActivation } from '@perdure/common/activation';
import type { WorkflowReplay } from '@perdure/replay';
import type { Recording } from './recording.js';

const source = fileURLToPath(new URL('./workflows/', import.meta.url));
/** Within the repository, so that imports are found; away from what is compiled. */
const scratch = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

/** The recorded workflows moved to our SDK, as an application is moved: by the scope in their imports, and nothing else. */
export class MovedWorkflows {
  private readonly sandboxes: Readonly<Record<Recording['code'], Sandbox>>;

  private constructor(same: Sandbox, changed: Sandbox) {
    this.sandboxes = { same, changed };
  }

  static async create(): Promise<MovedWorkflows> {
    mkdirSync(scratch, { recursive: true });
    const folder = mkdtempSync(join(scratch, 'moved-workflows-'));
    try {
      cpSync(source, folder, { recursive: true });
      for (const file of readdirSync(folder)) {
        const text = readFileSync(join(folder, file), 'utf8');
        writeFileSync(join(folder, file), text.replaceAll("'@temporalio/", "'@perdure/"));
      }
      const sandboxOf = async (module: string): Promise<Sandbox> =>
        new Sandbox({ bundle: await bundleWorkflowCode({ workflowsPath: join(folder, module) }) });
      return new MovedWorkflows(await sandboxOf('index.ts'), await sandboxOf('changed.ts'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** The workflow of a recording, not begun. */
  runOf(recording: Recording): OwnCode {
    const sandbox = this.sandboxes[recording.code];
    const started = recording.events[0]?.['workflowExecutionStartedEventAttributes'] as {
      readonly workflowType: { readonly name: string };
      readonly taskQueue: { readonly name: string };
    };
    const workflow = sandbox.createWorkflow({
      namespace: 'default',
      taskQueue: started.taskQueue.name,
      workflowId: recording.workflowId,
      workflowType: started.workflowType.name,
      failureErrorTypes: [],
    });
    return new OwnCode(sandbox, workflow);
  }
}

/** Workflow code failed its workflow task. */
export class WorkflowTaskFailed extends Error {
  override readonly name = 'WorkflowTaskFailed';
}

/** Workflow code that runs: the counterpart of `RecordedCode`. */
export class OwnCode {
  readonly activations: WorkflowActivation[] = [];

  constructor(
    private readonly sandbox: Sandbox,
    private readonly workflow: SandboxedWorkflow,
  ) {}

  /** Runs workflow code until it has nothing to do. Throws if it fails its workflow task. */
  async run(replay: WorkflowReplay): Promise<void> {
    for (let next = replay.nextActivation(); next !== undefined; next = replay.nextActivation()) {
      this.activations.push(next);
      this.sandbox.activateAll([{ workflow: this.workflow, activation: next }]);
      // Rejections that nobody waits for arrive in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      const completion = this.workflow.conclude();
      if (completion.status === 'failed') throw new WorkflowTaskFailed(completion.failure.message ?? '');
      replay.completeActivation(completion);
    }
  }
}
