import type { MetricTags, Next } from '@perdure/common';
import type * as nexus from 'nexus-rpc';
import type { GetLogAttributesInput, GetMetricTagsInput } from '../activities/index.js';

/** Makes the interceptors of one call of an operation. It may give the same ones every time. */
export type NexusInterceptorsFactory = (ctx: nexus.OperationContext) => NexusInterceptors;

/** What may be intercepted of an operation. */
export type NexusInterceptors = {
  inbound?: NexusInboundCallsInterceptor;
  outbound?: NexusOutboundCallsInterceptor;
};

/** Around what the worker calls. */
export type NexusInboundCallsInterceptor = {
  startOperation?: (
    input: NexusStartOperationInput,
    next: Next<NexusInboundCallsInterceptor, 'startOperation'>,
  ) => Promise<NexusStartOperationOutput>;
  cancelOperation?: (
    input: NexusCancelOperationInput,
    next: Next<NexusInboundCallsInterceptor, 'cancelOperation'>,
  ) => Promise<void>;
};

/** What an operation is started with. */
export interface NexusStartOperationInput {
  readonly ctx: nexus.StartOperationContext;
  readonly input: unknown;
}

/** What came of a start. */
export interface NexusStartOperationOutput {
  readonly result: nexus.HandlerStartOperationResult<unknown>;
}

/** What an operation is cancelled with. */
export interface NexusCancelOperationInput {
  readonly ctx: nexus.CancelOperationContext;
  readonly token: string;
}

/** Around what the operation calls. */
export type NexusOutboundCallsInterceptor = {
  /** Gives what is logged along with every message of the operation. */
  getLogAttributes?: (
    input: GetLogAttributesInput,
    next: Next<NexusOutboundCallsInterceptor, 'getLogAttributes'>,
  ) => Record<string, unknown>;
  /** Gives the tags of every value that the operation records; those of the metric and of the call win. */
  getMetricTags?: (input: GetMetricTagsInput, next: Next<NexusOutboundCallsInterceptor, 'getMetricTags'>) => MetricTags;
};
