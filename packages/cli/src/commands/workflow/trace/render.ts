import type { Execution, State, Step } from './tree.js';

/** What of a tree is drawn, and how. */
export interface TreeView {
  /** Levels of children that are drawn; Infinity for all. */
  readonly depth: number;
  /** Executions in these states are drawn without what is below them. */
  readonly folded: ReadonlySet<State>;
  readonly hasColor: boolean;
  /** For how long something has been running. */
  readonly nowMs: number;
}

const SIGNS: Readonly<Record<State, readonly [sign: string, color: number]>> = {
  scheduled: ['·', 90],
  running: ['▶', 34],
  completed: ['✔', 32],
  failed: ['✘', 31],
  'timed out': ['✘', 31],
  canceled: ['◼', 33],
  terminated: ['◼', 33],
  'continued as new': ['↻', 36],
};

/** The lines of an execution and everything below it. */
export function renderTree(execution: Execution, view: TreeView): readonly string[] {
  return [executionLine(execution, view), ...stepLines(execution, view, 0)];
}

function stepLines(execution: Execution, view: TreeView, level: number): readonly string[] {
  const steps = [...execution.steps.values()];
  return steps.flatMap((step, index) => {
    const isLast = index === steps.length - 1;
    const [branch, gap] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
    const below = step.execution === undefined ? [] : childLines(step.execution, view, level + 1);
    return [`${branch}${stepLine(step, view)}`, ...below.map((line) => `${gap}${line}`)];
  });
}

function childLines(child: Execution, view: TreeView, level: number): readonly string[] {
  const { size } = child.steps;
  if (size === 0) return [];
  if (level > view.depth || view.folded.has(child.state)) return [`└─ … ${size} below`];
  return stepLines(child, view, level);
}

function executionLine(execution: Execution, view: TreeView): string {
  const { type, workflowId, earlierRuns } = execution;
  const runs = earlierRuns === 0 ? '' : `, run ${earlierRuns + 1}`;
  return `${sign(execution.state, view)} ${type || 'workflow'} (${workflowId}${runs}) ${ending(execution, view)}`;
}

function stepLine(step: Step, view: TreeView): string {
  if (step.execution !== undefined) {
    // The child's own history knows first.
    const child = { ...step.execution, type: step.execution.type || step.name };
    return executionLine(child, view);
  }
  const what = { activity: 'activity ', timer: 'timer ', child: '' }[step.kind];
  return `${sign(step.state, view)} ${what}${step.name} (${step.id}) ${ending(step, view)}`;
}

function ending({ state, startedAt, endedAt, reason }: Execution | Step, { nowMs }: TreeView): string {
  const fromMs = Date.parse(startedAt);
  const toMs = endedAt === '' ? nowMs : Date.parse(endedAt);
  const took = Number.isNaN(fromMs) ? '' : ` ${lengthText(Math.max(0, toMs - fromMs))}`;
  return `${state}${took}${reason === '' ? '' : `: ${reason}`}`;
}

function lengthText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

function sign(state: State, { hasColor }: TreeView): string {
  const [text, color] = SIGNS[state];
  return hasColor ? `\u001b[${color}m${text}\u001b[39m` : text;
}
