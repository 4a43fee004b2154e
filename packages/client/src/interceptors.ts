import type { ActivityClientInterceptor } from './activity/index.js';
import type { NexusClientInterceptor } from './nexus/index.js';
import type { ScheduleClientInterceptor } from './schedule/index.js';
import type { WorkflowClientInterceptor, WorkflowClientInterceptors } from './workflow/interceptors.js';

/** Interceptors of every kind of call. */
export interface ClientInterceptors {
  workflow?: WorkflowClientInterceptors | WorkflowClientInterceptor[];
  schedule?: ScheduleClientInterceptor[];
  nexus?: NexusClientInterceptor[];
  activity?: ActivityClientInterceptor[];
}
