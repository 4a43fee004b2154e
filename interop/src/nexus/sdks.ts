import * as ours from '@perdure/nexus';
import * as theirs from '@temporalio/nexus';
import type { SdkName } from '../harness/index.js';

/** What handlers of operations import, of either SDK. The official one under our types: handlers must not notice. */
export type NexusSdk = typeof ours;

/** Both. */
export const nexusSdks: Readonly<Record<SdkName, NexusSdk>> = {
  perdure: ours,
  temporal: theirs as unknown as NexusSdk,
};
