import type { CommandSpec } from '../../../command.js';
import { InterruptedError } from '../../../errors.js';
import type { Flags } from '../../../flags.js';
import type { Json } from '../../../json.js';
import { EXECUTION_FLAGS } from '../execution.js';
import { follow } from './follow.js';
import { LiveLines } from './live-lines.js';
import { renderTree, type TreeView } from './render.js';
import { newExecution, type Execution, type State } from './tree.js';

const REDRAW_EVERY_MS = 200;
const STATES: readonly State[] = ['running', 'completed', 'failed', 'timed out', 'canceled', 'terminated'];

/** `perdure workflow trace`. */
export const workflowTrace: CommandSpec = {
  path: 'workflow trace',
  summary: 'Watch a workflow execution and its children as a tree, until it closes',
  details:
    'On a terminal the tree is drawn anew with everything that happens. Elsewhere it is printed once, at the end.',
  example: 'perdure workflow trace -w 123 --no-fold',
  flags: [
    ...EXECUTION_FLAGS,
    { flags: '--depth <levels>', description: 'how many levels of children to show (default: all)' },
    {
      flags: '--fold <state>',
      description: 'show executions in this state without what is below (default: completed); may be repeated',
      many: true,
      values: STATES.map(flagName),
    },
    { flags: '--no-fold', description: 'show what is below of all executions' },
    {
      flags: '--concurrency <count>',
      description: 'histories at a time',
      withoutEffect: 'all are followed at the same time',
    },
  ],
  run: async ({ flags, output, terminal, session, interruption }) => {
    const opened = await session();
    const workflowId = flags.required('workflow-id');
    const root = newExecution(workflowId, flags.text('run-id') ?? '');
    const isLive = output.isForPeople && terminal.isTerminal;
    const lines = (): readonly string[] =>
      renderTree(root, { ...viewOf(flags), hasColor: output.hasColor, nowMs: Date.now() });
    const live = isLive ? new LiveLines(terminal) : undefined;
    const signal = interruption();
    // Also when nothing happens: what is running gets older.
    const timer = live === undefined ? undefined : setInterval(() => live.draw(lines()), REDRAW_EVERY_MS);
    try {
      await follow(opened, root, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      if (!output.isForPeople) await output.message(json(root));
      throw new InterruptedError();
    } finally {
      clearInterval(timer);
      if (root.type !== '') live?.finish(lines());
    }
    if (output.isForPeople && live === undefined) output.text(`${lines().join('\n')}\n`);
    else if (!output.isForPeople) await output.message(json(root));
  },
};

function flagName(state: State): string {
  return state.replaceAll(' ', '_');
}

function viewOf(flags: Flags): Pick<TreeView, 'depth' | 'folded'> {
  const depth = flags.text('depth') === '-1' ? undefined : flags.count('depth');
  const asked = flags
    .allOf('fold', STATES.map(flagName))
    .map((name) => STATES.find((state) => flagName(state) === name));
  const folded = asked.filter((state) => state !== undefined);
  const byDefault: readonly State[] = asked.length === 0 ? ['completed', 'canceled', 'terminated'] : folded;
  return { depth: depth ?? Infinity, folded: new Set(flags.isOff('fold') ? [] : byDefault) };
}

function json({ steps, ...execution }: Execution): Json {
  return {
    ...execution,
    steps: [...steps.values()].map(({ execution: child, ...step }) => ({
      ...step,
      ...(child === undefined ? {} : { execution: json(child) }),
    })),
  };
}
