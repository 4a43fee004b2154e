/** @deprecated A change to the versions of a task queue. Use worker deployments. */
export type BuildIdOperation =
  AddNewIdInNewDefaultSet | AddNewCompatibleVersion | PromoteSetByBuildId | PromoteBuildIdWithinSet | MergeSets;

/** @deprecated A build id that is compatible with none, for new workflows from now on. */
export interface AddNewIdInNewDefaultSet {
  operation: 'addNewIdInNewDefaultSet';
  buildId: string;
}

/** @deprecated A build id that takes over from those it is compatible with. */
export interface AddNewCompatibleVersion {
  operation: 'addNewCompatibleVersion';
  buildId: string;
  existingCompatibleBuildId: string;
  /** Whether their set is for new workflows from now on. */
  promoteSet?: boolean;
}

/** @deprecated The set with this build id is for new workflows from now on. */
export interface PromoteSetByBuildId {
  operation: 'promoteSetByBuildId';
  buildId: string;
}

/** @deprecated This build id takes over from the others in its set. */
export interface PromoteBuildIdWithinSet {
  operation: 'promoteBuildIdWithinSet';
  buildId: string;
}

/** @deprecated All build ids of two sets are compatible; the default of the first one stays. */
export interface MergeSets {
  operation: 'mergeSets';
  primaryBuildId: string;
  secondaryBuildId: string;
}

/** @deprecated The versions of a task queue. */
export interface WorkerBuildIdVersionSets {
  /** Oldest first. */
  readonly versionSets: BuildIdVersionSet[];
  /** The one for new workflows. */
  defaultSet: BuildIdVersionSet;
  /** The default of that set. */
  defaultBuildId: string;
}

/** @deprecated Build ids that are compatible, oldest first. */
export interface BuildIdVersionSet {
  readonly buildIds: string[];
  readonly default: string;
}
