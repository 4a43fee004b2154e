import { fixedPollerCount, type PollerCount } from './polling/index.js';

/** How many polls of a kind a worker keeps open. */
export type PollerBehavior = PollerBehaviorSimpleMaximum | PollerBehaviorAutoscaling;

/** So many, always. */
export interface PollerBehaviorSimpleMaximum {
  type: 'simple-maximum';
  maximum?: number;
}

/** More while tasks wait for a poll, fewer when polls wait for tasks: as the server suggests with its answers. */
export interface PollerBehaviorAutoscaling {
  type: 'autoscaling';
  /** Default: 1. */
  minimum?: number;
  /** Default: 100. */
  maximum?: number;
  /** Default: 5. */
  initial?: number;
}

/** The options of a worker that say how much it polls. */
export interface PollOptions {
  readonly maxConcurrentWorkflowTaskPolls?: number | undefined;
  readonly maxConcurrentActivityTaskPolls?: number | undefined;
  readonly maxConcurrentNexusTaskPolls?: number | undefined;
  readonly workflowTaskPollerBehavior?: PollerBehavior | undefined;
  readonly activityTaskPollerBehavior?: PollerBehavior | undefined;
  readonly nexusTaskPollerBehavior?: PollerBehavior | undefined;
  readonly nonStickyToStickyPollRatio?: number | undefined;
}

/** Polls of the queue that every worker polls, and of the worker's own. */
export interface WorkflowPollers {
  readonly normal: PollerCount;
  readonly sticky: PollerCount;
}

const DEFAULT_POLLS = 10;
/** Where the number of polls grows with the work, it stays below this. */
const MOST_POLLS = 200;
const DEFAULT_AUTOSCALING_MAXIMUM = 100;

/** How many polls for workflow tasks to keep open. Throws a RangeError that names the option at fault. */
export function workflowPollersOf(options: PollOptions, slots: number): WorkflowPollers {
  const { maxConcurrentWorkflowTaskPolls, workflowTaskPollerBehavior: behavior } = options;
  if (behavior?.type === 'autoscaling') {
    const count = autoscaling('workflowTaskPollerBehavior', behavior);
    return { normal: count, sticky: count };
  }
  const fixed = fixedCount('maxConcurrentWorkflowTaskPolls', maxConcurrentWorkflowTaskPolls, behavior);
  const polls = fixed ?? DEFAULT_POLLS;
  const ratio = options.nonStickyToStickyPollRatio ?? 0.2;
  const normal = Math.max(1, Math.min(polls - 1, Math.round(polls * ratio)));
  const sticky = Math.max(1, polls - normal);
  return fixed === undefined
    ? { normal: growing(normal, slots / 4), sticky: growing(sticky, (slots * 3) / 4) }
    : { normal: fixedPollerCount(normal), sticky: fixedPollerCount(sticky) };
}

/** How many polls for activities to keep open. Throws a RangeError that names the option at fault. */
export function activityPollersOf(options: PollOptions, slots: number): PollerCount {
  const { maxConcurrentActivityTaskPolls: polls, activityTaskPollerBehavior: behavior } = options;
  return pollersOf('Activity', polls, behavior, slots);
}

/** How many polls for Nexus operations to keep open. Throws a RangeError that names the option at fault. */
export function nexusPollersOf(options: PollOptions, slots: number): PollerCount {
  const { maxConcurrentNexusTaskPolls: polls, nexusTaskPollerBehavior: behavior } = options;
  return pollersOf('Nexus', polls, behavior, slots);
}

function pollersOf(
  kind: 'Activity' | 'Nexus',
  polls: number | undefined,
  behavior: PollerBehavior | undefined,
  slots: number,
): PollerCount {
  if (behavior?.type === 'autoscaling') return autoscaling(`${kind.toLowerCase()}TaskPollerBehavior`, behavior);
  const fixed = fixedCount(`maxConcurrent${kind}TaskPolls`, polls, behavior);
  return fixed === undefined ? growing(DEFAULT_POLLS, slots / 2) : fixedPollerCount(fixed);
}

/** An open poll holds a slot: no kind of them may take all, so that the other kind, and eager activities, find some. */
function growing(initial: number, slots: number): PollerCount {
  return { minimum: initial, initial, maximum: Math.max(initial, Math.min(MOST_POLLS, Math.floor(slots))) };
}

function fixedCount(name: string, given: number | undefined, behavior: PollerBehavior | undefined): number | undefined {
  const polls = given ?? behavior?.maximum ?? (behavior === undefined ? undefined : DEFAULT_POLLS);
  if (polls === undefined || (Number.isInteger(polls) && polls >= 1)) return polls;
  throw new RangeError(`${name} must be a whole number of at least 1, got ${String(polls)}`);
}

function autoscaling(name: string, behavior: PollerBehaviorAutoscaling): PollerCount {
  const { minimum = 1, maximum = DEFAULT_AUTOSCALING_MAXIMUM } = behavior;
  const initial = behavior.initial ?? Math.min(maximum, Math.max(minimum, 5));
  const isSound = [minimum, initial, maximum].every(Number.isInteger) && 1 <= minimum && minimum <= initial && initial <= maximum; // prettier-ignore
  if (isSound) return { minimum, initial, maximum };
  throw new RangeError(
    `${name} must have whole numbers with 1 <= minimum <= initial <= maximum, got ${minimum}, ${initial} and ${maximum}`,
  );
}
