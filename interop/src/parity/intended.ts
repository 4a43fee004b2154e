import type { IntendedDifference } from './difference.js';
import { CLIENT } from './intended-client.js';
import { TESTING } from './intended-testing.js';
import { WORKER } from './intended-worker.js';

const EVERYWHERE: readonly IntendedDifference[] = [
  {
    entry: '*',
    names: '*',
    at: '*.(protected) *',
    why: 'protected members are how a class is made inside; those that applications override have interceptors',
  },
  {
    entry: '*',
    names: '*',
    at: '*.(internal) *',
    why: 'marked as internal by the official package',
  },
];

const COMMON: readonly IntendedDifference[] = [
  {
    entry: 'common',
    names: 'arrayFromPayloads fromPayloadsAtIndex mapFromPayloads toPayloadsWithContext LoggerWithComposedMetadata',
    at: ' value*',
    why: 'takes read-only lists and records as well',
  },
  {
    entry: 'common',
    names: 'convertDeploymentVersion ActivityCancellationDetails',
    at: ' value*(0)',
    why: 'takes any object with the fields of the message',
  },
  { entry: 'common', names: 'mapToPayloads', at: ' value()', why: 'the same record of payloads under another name' },
  {
    entry: 'common',
    names: 'msNumberToTs msOptionalToTs msToTs',
    at: ' value()',
    why: 'says that both fields are there, as numbers; it goes wherever a message may be sent',
  },
  { entry: 'common', names: 'msOptionalToTs', at: ' value(0)', why: 'takes null as well' },
];

const WORKFLOW: readonly IntendedDifference[] = [
  {
    entry: 'workflow',
    names: 'ActivateInput ConcludeActivationInput ConcludeActivationOutput',
    at: '*',
    why: 'activations and commands are our own types: they go no further than from the replay core to the runtime',
  },
  {
    entry: 'workflow',
    names: 'ContinueAsNew LocalActivityDoBackoff',
    at: '*',
    why: 'carries a command of the replay core instead of a message of the native core; workflow code does not look inside',
  },
  {
    entry: 'workflow',
    names: 'Trigger',
    at: '.*',
    why: 'the type of a rejection is unknown, not any; takes all values',
  },
];

const ACTIVITY: readonly IntendedDifference[] = [
  { entry: 'activity', names: 'Context', at: ' value new()', why: 'only workers and tests of ours make contexts' },
];

/** Every difference that is meant to be. What is not covered here, or is no difference any more, fails the check. */
export const INTENDED: readonly IntendedDifference[] = [
  ...EVERYWHERE,
  ...COMMON,
  ...WORKFLOW,
  ...ACTIVITY,
  ...CLIENT,
  ...WORKER,
  ...TESTING,
];
