/** The workflows whose histories are recorded. They know nothing of the recorder. */
export * from './activities.js';
export * from './children.js';
export * from './external.js';
export * from './local-activities.js';
export * from './messages.js';
export * from './nexus.js';
export * from './patches.js';
export * from './runs.js';
export * from './scopes.js';
export * from './timers.js';
