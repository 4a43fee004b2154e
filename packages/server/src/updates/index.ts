// Updates: admission, and waiting for their stages. Knows nothing of how a worker hears of them.
export { UpdateService, type UpdateProgress } from './update-service.js';
