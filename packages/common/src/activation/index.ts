/**
 * Owns the contract between the replay core and the workflow runtime: what wakes a workflow up, and what it answers.
 * Must hold types only, and nothing that one side could keep from the other.
 */
export type * from './activation.js';
export type * from './activation-jobs.js';
export type * from './resolutions.js';
export type * from './workflow-commands.js';
export type * from './completion.js';
