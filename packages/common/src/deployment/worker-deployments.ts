import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters } from '../enum-converters.js';

/** One version of a worker deployment. */
export interface WorkerDeploymentVersion {
  readonly buildId: string;
  readonly deploymentName: string;
}

/** The version as `deploymentName.buildId`. */
export function toCanonicalString(version: WorkerDeploymentVersion): string {
  return `${version.deploymentName}.${version.buildId}`;
}

/** When a workflow moves to another version of its worker. */
export const VersioningBehavior = {
  /** It stays where it is unless moved by hand. */
  PINNED: 'PINNED',
  /** It moves to the task queue's current version with its next workflow task. */
  AUTO_UPGRADE: 'AUTO_UPGRADE',
} as const;
/** One of {@link VersioningBehavior}. */
export type VersioningBehavior = (typeof VersioningBehavior)[keyof typeof VersioningBehavior];

/** Converts {@link VersioningBehavior} to and from `temporal.api.enums.v1.VersioningBehavior`. */
export const [encodeVersioningBehavior, decodeVersioningBehavior] = makeProtoEnumConverters<
  typeof enums.VersioningBehavior,
  'VERSIONING_BEHAVIOR_'
>({ UNSPECIFIED: 0, PINNED: 1, AUTO_UPGRADE: 2 }, 'VERSIONING_BEHAVIOR_');

/** A behaviour that one execution has in place of the one that its workflow was given. */
export type VersioningOverride = PinnedVersioningOverride | 'AUTO_UPGRADE';

/** The execution stays at a version. */
export interface PinnedVersioningOverride {
  pinnedTo: WorkerDeploymentVersion;
}

/** The execution moves to the current version with its next workflow task. */
export type AutoUpgradeVersioningOverride = 'AUTO_UPGRADE';

/**
 * Where the first workflow task of a run that continued as new goes. An inherited pinned override always wins.
 */
export const InitialVersioningBehavior = {
  /** To the version that the task queue targets for it. */
  AUTO_UPGRADE: 'AUTO_UPGRADE',
  /** To the ramping version if there is one, else to the current one. Only the first task: not for auto-upgrade workflows. */
  USE_RAMPING_VERSION: 'USE_RAMPING_VERSION',
} as const;
/** One of {@link InitialVersioningBehavior}. */
export type InitialVersioningBehavior = (typeof InitialVersioningBehavior)[keyof typeof InitialVersioningBehavior];

/** Converts {@link InitialVersioningBehavior} to and from `temporal.api.enums.v1.ContinueAsNewVersioningBehavior`. */
export const [encodeInitialVersioningBehavior, decodeInitialVersioningBehavior] = makeProtoEnumConverters<
  typeof enums.ContinueAsNewVersioningBehavior,
  'CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_'
>({ UNSPECIFIED: 0, AUTO_UPGRADE: 1, USE_RAMPING_VERSION: 2 }, 'CONTINUE_AS_NEW_VERSIONING_BEHAVIOR_');

/** The version of a wire message; `undefined` if there is none or it has no build id. */
export function convertDeploymentVersion(
  version: { readonly buildId?: string | null; readonly deploymentName?: string | null } | null | undefined,
): WorkerDeploymentVersion | undefined {
  if (!version?.buildId) return undefined;
  return { buildId: version.buildId, deploymentName: version.deploymentName ?? '' };
}
