export * from './rejection.js';
export * from './visibility/index.js';
