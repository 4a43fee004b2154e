import type { Verdict } from './verdict.js';

const NO_REASON = 'NO REASON GIVEN';

/** The differences as a table: package, export, what differs, why. */
export function tableOf({ differences, stale }: Verdict): string {
  const rows = differences.map(({ entry, name, at, what, why }) => [entry, `${name}${at}`, what, why ?? NO_REASON]);
  const staleRows = stale.map(({ entry, names, at = '', why }) => [
    entry,
    `${names}${at}`,
    'does not differ (any more)',
    `listed: ${why}`,
  ]);
  return table([['package', 'export', 'what differs', 'why'], ...rows, ...staleRows]);
}

/** How many differences there are, in one line. */
export function summaryOf({ differences, unexplained, stale }: Verdict): string {
  return `${differences.length} differences, ${unexplained.length} without a reason, ${stale.length} listed that are none`;
}

const MAX_WIDTH = 72;

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.min(MAX_WIDTH, Math.max(...rows.map((row) => row[column]?.length ?? 0))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [header = [], ...body] = rows;
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}
