/** Workflows in stages. They know nothing of who runs them, nor of the driver but its signals. */
export * from './activities.js';
export * from './children.js';
export * from './local-activities.js';
export * from './messages.js';
export * from './runs.js';
export * from './state.js';
export * from './timers.js';
