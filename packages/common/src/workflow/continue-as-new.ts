import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters } from '../enum-converters.js';

/** Why the server suggests that a workflow continue as new. */
export const SuggestContinueAsNewReason = {
  HISTORY_SIZE_TOO_LARGE: 'HISTORY_SIZE_TOO_LARGE',
  TOO_MANY_HISTORY_EVENTS: 'TOO_MANY_HISTORY_EVENTS',
  TOO_MANY_UPDATES: 'TOO_MANY_UPDATES',
} as const;
/** One of {@link SuggestContinueAsNewReason}. */
export type SuggestContinueAsNewReason = (typeof SuggestContinueAsNewReason)[keyof typeof SuggestContinueAsNewReason];

/** Converts {@link SuggestContinueAsNewReason} to and from `temporal.api.enums.v1.SuggestContinueAsNewReason`. */
export const [encodeSuggestContinueAsNewReason, decodeSuggestContinueAsNewReason] = makeProtoEnumConverters<
  typeof enums.SuggestContinueAsNewReason,
  'SUGGEST_CONTINUE_AS_NEW_REASON_'
>(
  { UNSPECIFIED: 0, HISTORY_SIZE_TOO_LARGE: 1, TOO_MANY_HISTORY_EVENTS: 2, TOO_MANY_UPDATES: 3 },
  'SUGGEST_CONTINUE_AS_NEW_REASON_',
);
