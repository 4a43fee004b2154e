import type { Headers, Next } from '@perdure/common';
import type { CompiledScheduleOptions } from './schedule-types.js';

/** Goes around the calls of a `ScheduleClient`. */
export interface ScheduleClientInterceptor {
  create?: (input: CreateScheduleInput, next: Next<this, 'create'>) => Promise<CreateScheduleOutput>;
}

/** Input of `create`. */
export interface CreateScheduleInput {
  readonly headers: Headers;
  readonly options: CompiledScheduleOptions;
}

/** Output of `create`. */
export type CreateScheduleOutput = { readonly conflictToken: Uint8Array };
