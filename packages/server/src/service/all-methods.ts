import type { AnyRpcMethod } from '../api/index.js';
import { activityMethods } from './activity-methods.js';
import { batchMethods } from './batch-methods.js';
import { clusterMethods } from './cluster-methods.js';
import { describeMethods } from './describe-methods.js';
import { historyMethods } from './history-methods.js';
import { namespaceMethods } from './namespace-methods.js';
import { nexusEndpointMethods } from './nexus-endpoint-methods.js';
import { nexusTaskMethods } from './nexus-task-methods.js';
import { operatorMethods } from './operator-methods.js';
import { optionsMethods } from './options-methods.js';
import { outsideMethods } from './outside-methods.js';
import { queryMethods } from './query-methods.js';
import { scheduleMethods } from './schedule-methods.js';
import type { Services } from './services.js';
import { startMethods } from './start-methods.js';
import { taskQueueMethods } from './task-queue-methods.js';
import { testMethods } from './test-methods.js';
import { updateMethods } from './update-methods.js';
import { visibilityMethods } from './visibility-methods.js';
import { workflowTaskMethods } from './workflow-task-methods.js';

/** Every method this server implements; whatever is not here answers UNIMPLEMENTED. */
export function allMethods(services: Services): AnyRpcMethod[] {
  return [
    ...startMethods(services),
    ...workflowTaskMethods(services),
    ...activityMethods(services),
    ...outsideMethods(services),
    ...optionsMethods(services),
    ...batchMethods(services),
    ...queryMethods(services),
    ...updateMethods(services),
    ...historyMethods(services),
    ...describeMethods(services),
    ...visibilityMethods(services),
    ...taskQueueMethods(services),
    ...scheduleMethods(services),
    ...namespaceMethods(services),
    ...operatorMethods(services),
    ...nexusEndpointMethods(services),
    ...nexusTaskMethods(services),
    ...clusterMethods(services),
    ...testMethods(services),
  ];
}
