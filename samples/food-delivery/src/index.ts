/** The food order: its workflow, its activities, its menu. It must not know which server or worker runs it. */
export { order, pickedUpSignal, deliveredSignal, getStatusQuery } from './workflows.js';
export type { OrderPatience, OrderState, OrderStatus } from './workflows.js';
export { productById, type Product } from './products.js';
