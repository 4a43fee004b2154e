/**
 * Owns the words for versions of workers and for how workflows move between them.
 * Must not know how tasks are routed.
 */
export { VersioningIntentNumber, versioningIntentToProto } from './versioning-intent.js';
export type { VersioningIntent } from './versioning-intent.js';
export {
  InitialVersioningBehavior,
  VersioningBehavior,
  convertDeploymentVersion,
  decodeInitialVersioningBehavior,
  decodeVersioningBehavior,
  encodeInitialVersioningBehavior,
  encodeVersioningBehavior,
  toCanonicalString,
} from './worker-deployments.js';
export type {
  AutoUpgradeVersioningOverride,
  PinnedVersioningOverride,
  VersioningOverride,
  WorkerDeploymentVersion,
} from './worker-deployments.js';
