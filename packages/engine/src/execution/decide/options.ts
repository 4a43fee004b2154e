import { enums, type common, type workflow } from '@perdure/protocol';
import { invalidPriority } from '../../priority.js';
import { reject, type Rejection } from '../../rejection.js';
import { runPriority, isClosed, type ExecutionState } from '../state.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import type { DecideContext } from '../transition.js';
import { alreadyCompleted } from './workflow-task-token.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType } = enums;

/** A change of the options of a run: the fields that a mask names take the value they have in the options. */
export interface OptionsUpdate {
  readonly options: workflow.IWorkflowExecutionOptions;
  /** As `google.protobuf.FieldMask` has them: in snake case, or in camel case as JSON has them. */
  readonly paths: readonly string[];
  readonly identity: string;
}

const PRIORITY_FIELDS = ['priorityKey', 'fairnessKey', 'fairnessWeight'] as const;
const PRIORITY_PATHS: ReadonlySet<string> = new Set([
  'priority',
  ...PRIORITY_FIELDS.map((field) => `priority.${field}`),
]);

/** Why options cannot be changed like this; `undefined` if they can. */
export function refusedOptions({ options, paths }: OptionsUpdate): Rejection | undefined {
  const invalid = invalidPriority('WorkflowExecutionOptions.Priority', options.priority);
  if (invalid !== undefined) return reject('INVALID_ARGUMENT', invalid);
  for (const path of paths.map(camelCase)) {
    if (PRIORITY_PATHS.has(path)) continue;
    if (path === 'versioningOverride' || path.startsWith('versioningOverride.')) {
      if (options.versioningOverride == null) continue;
      return reject(
        'FAILED_PRECONDITION',
        'WorkflowExecutionOptions.versioning_override cannot be set: this server has no worker deployments. It can only be unset.',
      );
    }
    if (path === 'timeSkippingConfig' || path.startsWith('timeSkippingConfig.')) {
      return reject('UNIMPLEMENTED', 'WorkflowExecutionOptions.time_skipping_config is not supported by this server.');
    }
    return reject('INVALID_ARGUMENT', `UpdateMask names "${path}", which is no field of WorkflowExecutionOptions.`);
  }
  return undefined;
}

/** Changes options of a run that are looked at whenever one of its tasks is handed out. Answers what they are then. */
export function updateOptions(
  state: ExecutionState,
  update: OptionsUpdate,
  context: DecideContext,
): Decision<workflow.IWorkflowExecutionOptions> {
  const refused = refusedOptions(update);
  if (refused !== undefined) return refused;
  if (isClosed(state)) return alreadyCompleted(state);
  const draft = new Draft(state, context);
  writeOptionsUpdate(draft, update);
  return { transitions: [draft.finish()], result: { priority: runPriority(draft.state) } };
}

/** Only the event; none if nothing changes. */
export function writeOptionsUpdate(draft: Draft, { options, paths, identity }: OptionsUpdate): void {
  const before = runPriority(draft.state) ?? {};
  const priority = merged(before, options.priority ?? {}, new Set(paths.map(camelCase)));
  if (PRIORITY_FIELDS.every((field) => (priority[field] || undefined) === (before[field] || undefined))) return;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, {
    // The event tells all of the options: there is no versioning override.
    workflowExecutionOptionsUpdatedEventAttributes: { priority, unsetVersioningOverride: true, identity },
  });
}

function merged(before: common.IPriority, given: common.IPriority, paths: ReadonlySet<string>): common.IPriority {
  const priority: common.IPriority = {};
  for (const field of PRIORITY_FIELDS) {
    const isNamed = paths.has('priority') || paths.has(`priority.${field}`);
    Object.assign(priority, { [field]: isNamed ? given[field] : before[field] });
  }
  return priority;
}

function camelCase(path: string): string {
  return path.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
