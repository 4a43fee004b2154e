import type { CommandSpec, FlagSpec } from '../../command.js';
import { UsageError } from '../../errors.js';
import type { Flags } from '../../flags.js';
import type { JsonObject } from '../../json.js';
import { act, TARGET_FLAGS } from './targets.js';

const BEHAVIORS = ['unspecified', 'pinned', 'auto_upgrade'] as const;

/** Flags that say which version of its worker an execution gets. */
export const VERSIONING_FLAGS: readonly FlagSpec[] = [
  {
    flags: '--versioning-override-behavior <behavior>',
    description: `which version it gets: ${BEHAVIORS.join(', ')} (unspecified takes the override away)`,
    required: true,
    values: BEHAVIORS,
  },
  { flags: '--versioning-override-deployment-name <name>', description: 'with pinned: the deployment' },
  { flags: '--versioning-override-build-id <id>', description: 'with pinned: the build of the deployment' },
];

/** The options of the execution that the flags describe. */
export function versioningOptions(flags: Flags): JsonObject {
  const behavior = flags.oneOf('versioning-override-behavior', BEHAVIORS);
  const version = {
    deploymentName: flags.text('versioning-override-deployment-name'),
    buildId: flags.text('versioning-override-build-id'),
  };
  const isComplete = version.deploymentName !== undefined && version.buildId !== undefined;
  if ((behavior === 'pinned') !== isComplete)
    throw new UsageError(
      '--versioning-override-deployment-name and --versioning-override-build-id go with pinned, and pinned with both',
    );
  if (behavior === 'pinned')
    return { versioningOverride: { pinned: { behavior: 'PINNED_OVERRIDE_BEHAVIOR_PINNED', version } } };
  return behavior === 'auto_upgrade' ? { versioningOverride: { autoUpgrade: true } } : {};
}

/** `perdure workflow update-options`. */
export const workflowUpdateOptions: CommandSpec = {
  path: 'workflow update-options',
  summary: 'Set which version of its worker a workflow execution gets',
  example: 'perdure workflow update-options -w 123 --versioning-override-behavior auto_upgrade',
  flags: [...TARGET_FLAGS, ...VERSIONING_FLAGS],
  run: (context) =>
    act(context, {
      method: 'UpdateWorkflowExecutionOptions',
      verb: 'Change the options of',
      done: 'Changed the options of',
      details: ({ flags }, { identity }) => ({
        workflowExecutionOptions: versioningOptions(flags),
        updateMask: 'versioningOverride',
        identity,
      }),
      operation: ({ flags }, { identity }) => ({
        updateWorkflowOptionsOperation: {
          workflowExecutionOptions: versioningOptions(flags),
          updateMask: 'versioningOverride',
          identity,
        },
      }),
    }),
};
