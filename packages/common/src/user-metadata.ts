import type { sdk } from '@perdure/protocol';
import type { PayloadConverter, SerializationContext } from './converter/index.js';

/** What people may read about a workflow, activity, timer or other command. */
export interface UserMetadata {
  /** One line. */
  staticSummary?: string;
  /** Several lines. */
  staticDetails?: string;
}

/** The metadata as `temporal.api.sdk.v1.UserMetadata`; `undefined` if there is none. */
export function userMetadataToPayload(
  payloadConverter: PayloadConverter,
  staticSummary: string | undefined,
  staticDetails: string | undefined,
  context?: SerializationContext,
): sdk.IUserMetadata | undefined {
  if (staticSummary === undefined && staticDetails === undefined) return undefined;
  const toPayload = (text: string | undefined) =>
    text === undefined ? undefined : payloadConverter.toPayload(text, context);
  return { summary: toPayload(staticSummary), details: toPayload(staticDetails) };
}
