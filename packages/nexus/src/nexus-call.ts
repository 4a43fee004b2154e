import { type NexusCall, NexusCallSymbol } from '@perdure/client/internal';
import type { common } from '@perdure/protocol';
import type * as nexus from 'nexus-rpc';
import { handlerContext } from './context.js';
import { toNexusLink, toTemporalLink } from './links.js';

/** Under which header of its completion an operation's token travels, so that a completion can overtake the answer to the start. */
const TOKEN_HEADER = 'nexus-operation-token';

/** Where a call came from, and what answers to it may say. */
type Origin = Pick<nexus.StartOperationContext, 'inboundLinks' | 'outboundLinks'>;

/** A call that has nothing to do with how the operation ends: it only links both ends. */
export function linkedCall(ctx: Origin): NexusCall {
  return { links: temporalLinksOf(ctx) };
}

/**
 * A call that starts what the operation is about: the server knows it again by the id of the operation's request, and tells the
 * caller of the end.
 */
export function backingCall(ctx: nexus.StartOperationContext, token: string): NexusCall {
  const links = temporalLinksOf(ctx);
  const { callbackUrl: url, callbackHeaders, requestId } = ctx;
  const header = { ...callbackHeaders, [TOKEN_HEADER]: token };
  return {
    requestId,
    links,
    completionCallbacks: url ? [{ nexus: { url, header }, links }] : undefined,
    onConflictOptions: { attachRequestId: true, attachCompletionCallbacks: true, attachLinks: true },
  };
}

/** Makes a call with what belongs to it under its symbol, and adds to the operation's links where it led to. */
export async function callLinked<T>(
  ctx: Origin,
  nexusCall: NexusCall,
  call: (carried: { readonly [NexusCallSymbol]: NexusCall }) => Promise<T>,
): Promise<T> {
  try {
    return await call({ [NexusCallSymbol]: nexusCall });
  } finally {
    if (nexusCall.responseLink !== undefined) addLink(ctx, nexusCall.responseLink);
  }
}

function addLink({ outboundLinks }: Origin, link: common.ILink): void {
  try {
    outboundLinks.push(toNexusLink(link));
  } catch (error) {
    // Links are for people: what was done stays done without one.
    handlerContext().log.warn('The server answered with a link that cannot be passed on to the caller', { error });
  }
}

function temporalLinksOf({ inboundLinks }: Origin): common.ILink[] {
  return inboundLinks.flatMap((link) => {
    try {
      return [toTemporalLink(link)];
    } catch (error) {
      handlerContext().log.warn('A link of the caller is left out: it cannot be read', { error });
      return [];
    }
  });
}
