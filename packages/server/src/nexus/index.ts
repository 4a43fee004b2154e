// Nexus: where endpoints lead, and operations of workflows on their way to handlers and back. What an operation does to
// its run is the engine's.
export { CallbackAddresses, type AllowedAddress } from './callback-addresses.js';
export { EndpointCaller } from './endpoint-caller.js';
export { endpointNotFound, EndpointRegistry, type EndpointPorts } from './endpoint-registry.js';
export type {
  NexusCancelAnswer,
  NexusCancelCall,
  NexusCaller,
  NexusHandlerError,
  NexusStartAnswer,
  NexusStartCall,
} from './nexus-caller.js';
export { failureOfHandlerError } from './handler-answers.js';
export { NexusFront, type NexusHttpObserver } from './http/front.js';
export { NexusTasks } from './nexus-tasks.js';
export { CompletionService } from './completion-service.js';
export type { NexusCompletion, NexusCompletions } from './nexus-completions.js';
export { NexusDelivery } from './nexus-delivery.js';
export type { PostCompletion } from './callback-delivery.js';
export { postCompletions } from './callback-post.js';
