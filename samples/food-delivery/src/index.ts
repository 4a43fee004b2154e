/** The food order: its workflow, its menu, and a client that sees one through. It must not know which server runs it. */
export { order, pickedUpSignal, deliveredSignal, getStatusQuery } from './workflows.js';
export type { OrderPatience, OrderState, OrderStatus } from './workflows.js';
export { productById, type Product } from './products.js';
export { placeOrder, type PlacedOrder } from './place-order.js';
export { historyTable } from './history-table.js';
