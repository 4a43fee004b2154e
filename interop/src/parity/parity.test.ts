import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Difference } from './difference.js';
import { checkParity, ENTRIES, summaryOf, tableOf } from './index.js';
import { judge, type Verdict } from './verdict.js';

/** The compiler reads both SDKs, on machines that do other things meanwhile. */
const TIMEOUT_MS = 180_000;

describe('our exports and their types', () => {
  let verdict: Verdict;
  beforeAll(() => {
    verdict = checkParity();
  }, TIMEOUT_MS);

  it('differ from those of the official packages in nothing but what is listed', () => {
    const { unexplained, stale, differences } = verdict;
    expect({ unexplained, stale }).toEqual({ unexplained: [], stale: [] });
    // Raw services differ for good: without a difference nothing was compared.
    expect(differences.map(({ entry, name }) => `${entry} ${name}`)).toContain('client WorkflowService');
  });

  it.each(ENTRIES)('are what the modules of $name really hold', async ({ name: entry, ours, theirs }) => {
    const mine = (await import(ours)) as object;
    const reference = createRequire(import.meta.url)(theirs) as object;
    const listed = new Set(
      verdict.differences.filter((one) => one.entry === entry && one.at === '').map(({ name }) => name),
    );
    const missing = Object.keys(reference).filter((name) => !(name in mine) && !listed.has(name));
    const added = Object.keys(mine).filter((name) => !(name in reference) && !listed.has(name));
    expect({ missing, added: added.filter((name) => name !== 'default') }).toEqual({ missing: [], added: [] });
  });
});

describe('a verdict', () => {
  const found: Difference[] = [
    { entry: 'client', name: 'Client', at: '.nexus', what: 'missing' },
    { entry: 'client', name: 'Client', at: '.nexus.count', what: 'missing' },
    { entry: 'worker', name: 'Worker', at: '', what: 'missing' },
  ];

  it('gives reasons to the differences that a pattern covers, and to no others', () => {
    const why = 'not yet';
    const { differences, unexplained, stale } = judge(found, [
      { entry: 'client', names: 'Other Cli*', at: '.nexus', why },
    ]);
    expect(differences.map((difference) => difference.why)).toEqual([why, undefined, undefined]);
    expect(unexplained).toHaveLength(2);
    expect(stale).toEqual([]);
  });

  it('tells what is listed and does not differ', () => {
    const intended = { entry: 'client', names: 'Client', at: '.schedule', why: 'not yet' };
    const verdict = judge(found, [intended, { entry: '*', names: '*', at: '*', why: 'anything goes' }]);
    expect(verdict.stale).toEqual([intended]);
    expect(summaryOf(verdict)).toBe('3 differences, 0 without a reason, 1 listed that are none');
    expect(tableOf(verdict)).toContain('does not differ (any more)');
  });
});
