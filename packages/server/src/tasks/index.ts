// From tasks of executions to answers of polls, and the tokens that find the way back. Knows nothing of requests.
export { activityTaskResponse } from './activity-task-response.js';
export { queueKey, TaskDispatcher } from './task-dispatcher.js';
export {
  decodeActivityTaskToken,
  decodeNexusTaskToken,
  decodeQueryTaskToken,
  decodeWorkflowTaskToken,
  encodeNexusTaskToken,
  type NexusTaskToken,
} from './token.js';
export { workflowTaskResponse } from './workflow-task-response.js';
