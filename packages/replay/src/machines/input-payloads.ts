import type { common } from '@perdure/protocol';
import type { Payload } from '@perdure/common';

/** Arguments as a command carries them: none at all rather than an empty list, as every SDK on Temporal's core sends them. */
export function inputPayloads(payloads: readonly Payload[]): common.IPayloads | undefined {
  return payloads.length === 0 ? undefined : { payloads };
}
