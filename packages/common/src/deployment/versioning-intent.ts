import { assertNever } from '../type-helpers.js';

/**
 * Whether a command is for a worker whose version is compatible with the current one, or for the task queue's default.
 *
 * @deprecated Worker versioning by build id is replaced by worker deployments.
 */
export type VersioningIntent = 'COMPATIBLE' | 'DEFAULT';

/** {@link VersioningIntent} as a number; 0 leaves the choice to the SDK. */
export const VersioningIntentNumber = { UNSPECIFIED: 0, COMPATIBLE: 1, DEFAULT: 2 } as const;
/** One of {@link VersioningIntentNumber}. */
export type VersioningIntentNumber = (typeof VersioningIntentNumber)[keyof typeof VersioningIntentNumber];

/** The number of an intent. Throws a TypeError for what is none. */
export function versioningIntentToProto(intent: VersioningIntent | undefined): VersioningIntentNumber {
  switch (intent) {
    case undefined:
      return VersioningIntentNumber.UNSPECIFIED;
    case 'COMPATIBLE':
      return VersioningIntentNumber.COMPATIBLE;
    case 'DEFAULT':
      return VersioningIntentNumber.DEFAULT;
    default:
      return assertNever('Unexpected VersioningIntent', intent);
  }
}
