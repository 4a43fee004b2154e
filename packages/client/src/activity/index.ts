/**
 * Owns activities that stand alone: starting them, handles to them, lists of them.
 * Must not know workflows, nor how activities report: the client for completion has that.
 */
export * from './activity-client.js';
export type * from './activity-handle.js';
export type * from './activity-options.js';
export type * from './activity-types.js';
export type * from './interceptors.js';
export * from './policies.js';
export type * from './typed-activity-client.js';
