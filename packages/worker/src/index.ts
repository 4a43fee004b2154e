/** Runs workflows and activities: bundler, sandbox, pollers, sticky cache, replayer. */
export {};
