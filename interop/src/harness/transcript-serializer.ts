import type { SnapshotSerializer } from 'vitest';

/** Writes multi-line text into snapshots as it is, without quotes, so that transcripts stay readable. */
const serializer: SnapshotSerializer = {
  test: (value: unknown) => typeof value === 'string',
  serialize: (value: unknown) => String(value),
};

export default serializer;
