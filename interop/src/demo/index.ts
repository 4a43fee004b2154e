/**
 * The food order, run by the official SDK against our server: what `npm start` shows. It must not know how the server was
 * started, only its address.
 */
export { placeOrder, type DemoOrder } from './order.js';
export { historyTable } from './history-table.js';
