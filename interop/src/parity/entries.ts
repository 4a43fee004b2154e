/** An entry of our packages and the official one that it stands for. */
export interface Entry {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Everything that is compared. A new package takes a line here. */
export const ENTRIES: readonly Entry[] = [
  { name: 'common', ours: '@perdure/common', theirs: '@temporalio/common' },
  { name: 'common/proto-utils', ours: '@perdure/common/proto-utils', theirs: '@temporalio/common/lib/proto-utils' },
  { name: 'common/protobufs', ours: '@perdure/common/protobufs', theirs: '@temporalio/common/lib/protobufs' },
  { name: 'workflow', ours: '@perdure/workflow', theirs: '@temporalio/workflow' },
  { name: 'activity', ours: '@perdure/activity', theirs: '@temporalio/activity' },
  { name: 'client', ours: '@perdure/client', theirs: '@temporalio/client' },
  { name: 'nexus', ours: '@perdure/nexus', theirs: '@temporalio/nexus' },
  { name: 'worker', ours: '@perdure/worker', theirs: '@temporalio/worker' },
  { name: 'testing', ours: '@perdure/testing', theirs: '@temporalio/testing' },
];
