/** Owns the commands, in the order in which help lists them. Must not know how words become calls of `run`. */
import type { CommandSpec } from '../command.js';
import { completionCommands } from './completion/completion.js';
import { activityComplete } from './activity/complete.js';
import { activityFail } from './activity/fail.js';
import { activityHeartbeat } from './activity/heartbeat.js';
import { activityReportCancelled } from './activity/report-cancelled.js';
import { batchDescribe } from './batch/describe.js';
import { batchList } from './batch/list.js';
import { batchTerminate } from './batch/terminate.js';
import { configDeleteProfile } from './config/delete-profile.js';
import { configDelete } from './config/delete.js';
import { configGet } from './config/get.js';
import { configList } from './config/list.js';
import { configSet } from './config/set.js';
import { envDelete } from './env/delete.js';
import { envGet } from './env/get.js';
import { envList } from './env/list.js';
import { envSet } from './env/set.js';
import { clusterDescribe } from './operator/cluster/describe.js';
import { clusterHealth } from './operator/cluster/health.js';
import { clusterList } from './operator/cluster/list.js';
import { clusterRemove } from './operator/cluster/remove.js';
import { clusterSystem } from './operator/cluster/system.js';
import { clusterUpsert } from './operator/cluster/upsert.js';
import { namespaceCreate } from './operator/namespace/create.js';
import { namespaceDelete } from './operator/namespace/delete.js';
import { namespaceDescribe } from './operator/namespace/describe.js';
import { namespaceList } from './operator/namespace/list.js';
import { namespaceUpdate } from './operator/namespace/update.js';
import { nexusEndpointCreate } from './operator/nexus/create.js';
import { nexusEndpointDelete } from './operator/nexus/delete.js';
import { nexusEndpointGet } from './operator/nexus/get.js';
import { nexusEndpointList } from './operator/nexus/list.js';
import { nexusEndpointUpdate } from './operator/nexus/update.js';
import { searchAttributeCreate } from './operator/search-attribute/create.js';
import { searchAttributeList } from './operator/search-attribute/list.js';
import { searchAttributeRemove } from './operator/search-attribute/remove.js';
import { scheduleBackfill } from './schedule/backfill.js';
import { scheduleCreate } from './schedule/create.js';
import { scheduleDelete } from './schedule/delete.js';
import { scheduleDescribe } from './schedule/describe.js';
import { scheduleList } from './schedule/list.js';
import { scheduleToggle } from './schedule/toggle.js';
import { scheduleTrigger } from './schedule/trigger.js';
import { scheduleUpdate } from './schedule/update.js';
import { serverStartDev } from './server/start-dev.js';
import { taskQueueDescribe } from './task-queue/describe.js';
import { taskQueueListPartition } from './task-queue/list-partition.js';
import { workflowCancel } from './workflow/cancel.js';
import { workflowCount } from './workflow/count.js';
import { workflowDelete } from './workflow/delete.js';
import { workflowDescribe } from './workflow/describe.js';
import { workflowExecute } from './workflow/execute.js';
import { workflowFixHistoryJson } from './workflow/fix-history-json.js';
import { workflowList } from './workflow/list.js';
import { workflowMetadata } from './workflow/metadata.js';
import { workflowQuery } from './workflow/query.js';
import { workflowResetBatch } from './workflow/reset/reset-batch.js';
import { workflowReset, workflowResetWithOptions } from './workflow/reset/reset.js';
import { workflowResult } from './workflow/result.js';
import { workflowShow } from './workflow/show.js';
import { workflowSignalWithStart } from './workflow/signal-with-start.js';
import { workflowSignal } from './workflow/signal.js';
import { workflowStack } from './workflow/stack.js';
import { workflowStart } from './workflow/start.js';
import { workflowTerminate } from './workflow/terminate.js';
import { workflowTrace } from './workflow/trace/trace.js';
import { workflowUpdateOptions } from './workflow/update-options.js';
import { workflowExecuteUpdateWithStart, workflowStartUpdateWithStart } from './workflow/update-with-start.js';
import { updateDescribe } from './workflow/update/describe.js';
import { updateExecute } from './workflow/update/execute.js';
import { updateResult } from './workflow/update/result.js';
import { updateStart } from './workflow/update/start.js';

/** Every command there is. */
export const COMMANDS: readonly CommandSpec[] = [
  serverStartDev,
  workflowStart,
  workflowExecute,
  workflowDescribe,
  workflowList,
  workflowCount,
  workflowShow,
  workflowResult,
  workflowQuery,
  workflowStack,
  workflowMetadata,
  workflowSignal,
  workflowSignalWithStart,
  updateExecute,
  updateStart,
  updateResult,
  updateDescribe,
  workflowExecuteUpdateWithStart,
  workflowStartUpdateWithStart,
  workflowCancel,
  workflowTerminate,
  workflowDelete,
  workflowReset,
  workflowResetWithOptions,
  workflowResetBatch,
  workflowTrace,
  workflowUpdateOptions,
  workflowFixHistoryJson,
  activityComplete,
  activityFail,
  activityHeartbeat,
  activityReportCancelled,
  taskQueueDescribe,
  taskQueueListPartition,
  scheduleCreate,
  scheduleDescribe,
  scheduleList,
  scheduleUpdate,
  scheduleToggle,
  scheduleTrigger,
  scheduleBackfill,
  scheduleDelete,
  batchList,
  batchDescribe,
  batchTerminate,
  namespaceList,
  namespaceDescribe,
  namespaceCreate,
  namespaceUpdate,
  namespaceDelete,
  searchAttributeList,
  searchAttributeCreate,
  searchAttributeRemove,
  clusterHealth,
  clusterDescribe,
  clusterSystem,
  clusterList,
  clusterUpsert,
  clusterRemove,
  nexusEndpointList,
  nexusEndpointGet,
  nexusEndpointCreate,
  nexusEndpointUpdate,
  nexusEndpointDelete,
  envSet,
  envGet,
  envList,
  envDelete,
  configSet,
  configGet,
  configList,
  configDelete,
  configDeleteProfile,
  ...completionCommands(() => COMMANDS),
];
