// What one execution owes another, carried there after it became durable. Knows nothing of task queues or clients.
export { DeliveryService, type DeliverableEffect } from './delivery-service.js';
