/** Owns the commands, in the order in which help lists them. Must not know how words become calls of `run`. */
import type { CommandSpec } from '../command.js';
import { envDelete, envGet, envList, envSet } from './env/env.js';
import {
  clusterHealth,
  clusterSystem,
  namespaceCreate,
  namespaceDescribe,
  namespaceList,
  taskQueueDescribe,
} from './operator/operator.js';
import { serverStartDev } from './server/start-dev.js';
import { workflowCancel, workflowDelete, workflowSignal, workflowTerminate } from './workflow/act.js';
import { workflowCount, workflowDescribe, workflowList, workflowResult, workflowShow } from './workflow/look.js';
import { workflowQuery, workflowStack } from './workflow/query.js';
import { workflowExecute, workflowStart } from './workflow/start.js';

/** Every command there is. */
export const COMMANDS: readonly CommandSpec[] = [
  serverStartDev,
  workflowStart,
  workflowExecute,
  workflowDescribe,
  workflowList,
  workflowShow,
  workflowResult,
  workflowQuery,
  workflowStack,
  workflowSignal,
  workflowCount,
  workflowCancel,
  workflowTerminate,
  workflowDelete,
  taskQueueDescribe,
  namespaceList,
  namespaceDescribe,
  namespaceCreate,
  clusterHealth,
  clusterSystem,
  envSet,
  envGet,
  envList,
  envDelete,
];
