import type { common, update, workflow } from '@perdure/protocol';

/** Under which options and inputs of calls carry what a Nexus operation adds to them. Interceptors that copy these keep it. */
export const NexusCallSymbol: unique symbol = Symbol('perdure.nexusCall');

/** What a Nexus operation adds to a call that it makes, and what it learns from the answer. One for each call. */
export interface NexusCall {
  /** By which the server knows a call that is made again. */
  readonly requestId?: string;
  /** Whom the server tells of the end of what is started. */
  readonly completionCallbacks?: common.ICallback[];
  /** Where the call comes from. */
  readonly links?: common.ILink[];
  /** What happens to all this when the workflow, or the activity, is running already. */
  readonly onConflictOptions?: workflow.IOnConflictOptions;
  /** Where the call has led to, if the server says so. Filled in when it is answered. */
  responseLink?: common.ILink | undefined;
  /** How the update ended, if it has by then. Filled in when the call is answered. */
  outcome?: update.IOutcome | undefined;
}

/** What a Nexus operation adds to the call whose options or input these are. */
export function nexusCallOf(carrier: object): NexusCall | undefined {
  return (carrier as { readonly [NexusCallSymbol]?: NexusCall })[NexusCallSymbol];
}

/** The same input, carrying what the other carries. */
export function withNexusCallOf<Input extends object>(carrier: object, input: Input): Input {
  const call = nexusCallOf(carrier);
  return call === undefined ? input : { ...input, [NexusCallSymbol]: call };
}
