/** What `perdure` says of itself. */
export const INTRODUCTION = {
  summary: 'Durable execution: a server for development, and what you do to workflows.',
  example: `
To begin, run a server in one terminal:
  $ perdure server start-dev --db-filename perdure.db

and start and look at workflows in another one:
  $ perdure workflow start -t hello-world --type MyWorkflow -w 123 -i '"Ada"'
  $ perdure workflow list

Exit codes: 0 done; 1 it failed; 2 the command line is wrong; 130 Ctrl-C.
An error is one line on stderr; with -o json or jsonl it is on stdout as well:
  {"error":{"code":"NOT_FOUND","message":"...","exitCode":1}}`,
} as const;

/** What each group of commands is for. */
export const GROUPS: Readonly<Record<string, string>> = {
  server: 'Run a server on this machine',
  workflow: 'Start workflow executions, look at them, and act on them',
  'workflow update': 'Send updates to a workflow execution, and wait for their results',
  activity: 'Complete or fail activities by hand',
  'task-queue': 'Look at task queues and their pollers',
  schedule: 'Start workflows by the calendar',
  batch: 'Follow batches: what is done to many executions at once',
  operator: 'Administer a server',
  'operator namespace': 'Create, look at, change and delete namespaces',
  'operator search-attribute': 'Declare what executions can be found by',
  'operator cluster': 'Look at the server itself',
  'operator nexus': 'Connect namespaces by Nexus',
  'operator nexus endpoint': 'Name the places that Nexus operations are sent to',
  env: 'Keep the settings of several servers by name (temporal.yaml)',
  config: 'Keep the settings of several servers as profiles that SDKs read too (temporal.toml)',
  completion: 'Print a script that completes commands and flags in your shell',
};
