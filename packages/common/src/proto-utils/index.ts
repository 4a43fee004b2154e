/**
 * Owns the JSON of histories and payloads, as files and other tools have it.
 * Must not be loaded by the package root: the tables of the JSON mapping are for those who use them.
 */
export { historyFromJSON, historyToJSON } from './history-json.js';
export type { History } from './history-json.js';
export { JSONToPayload, payloadToJSON } from './payload-json.js';
export type { JSONPayload, Payload } from './payload-json.js';
