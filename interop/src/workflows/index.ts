/** The workflows that official workers run in interop tests. They know nothing of the harness. */
export * from './basic.js';
export * from './cart.js';
export * from './features.js';
