import { describe, expect, it } from 'vitest';
import { LoggerWithComposedMetadata, MetricMeterWithComposedTags, noopMetricMeter } from './index.js';
import type { LogMetadata, Logger, MetricMeter, MetricTags } from './index.js';

describe('a logger with composed metadata', () => {
  const lines: unknown[] = [];
  const record = (level: string) => (message: string, meta?: LogMetadata) => lines.push([level, message, meta]);
  const sink: Logger = {
    log: (level, message, meta) => record(level)(message, meta),
    trace: record('TRACE'),
    debug: record('DEBUG'),
    info: record('INFO'),
    warn: record('WARN'),
    error: record('ERROR'),
  };

  it('adds all layers, the later ones first in line, and asks functions every time', () => {
    let calls = 0;
    const logger = [{ a: 1, b: 1 }, () => ({ calls: ++calls }), { b: 2 }, { a: undefined }].reduce<Logger>(
      (inner, layer) => LoggerWithComposedMetadata.compose(inner, layer),
      sink,
    );
    logger.info('x', { extra: true });
    logger.log('WARN', 'y');
    expect(lines).toEqual([
      ['INFO', 'x', { b: 2, calls: 1, extra: true }],
      ['WARN', 'y', { b: 2, calls: 2 }],
    ]);
  });

  it('adds members of any name', () => {
    const tag = JSON.parse('{"__proto__":"tag"}') as LogMetadata;
    LoggerWithComposedMetadata.compose(sink, tag).info('x', { a: 1 });
    const [, , meta] = lines.at(-1) as unknown[];
    expect(Object.entries(meta as object)).toEqual([['__proto__', 'tag'], ['a', 1]]); // prettier-ignore
  });

  it('is the same logger where there is nothing to add', () => {
    expect(LoggerWithComposedMetadata.compose(sink, {})).toBe(sink);
  });
});

describe('a meter with composed tags', () => {
  const values: [number, MetricTags | undefined][] = [];
  const { createUpDownCounter: _, ...methods } = {
    ...noopMetricMeter,
    createCounter: (name: string) => ({
      ...noopMetricMeter.createCounter(name),
      add: (value: number, tags?: MetricTags) => void values.push([value, tags]),
    }),
    createHistogram: (name: string) => noopMetricMeter.createHistogram(name),
    createGauge: (name: string) => noopMetricMeter.createGauge(name),
    createUpDownCounter: undefined,
    withTags: () => meter,
  };
  const meter: MetricMeter = methods;

  it('adds the tags of the meter, of the metric and of the call', () => {
    const tagged = MetricMeterWithComposedTags.compose(meter, { a: 1 }).withTags({ b: 2 });
    const counter = tagged.createCounter('c').withTags({ c: 3 });
    counter.add(5, { d: 4 });
    expect(counter).toMatchObject({ name: 'c', kind: 'counter', valueType: 'int' });
    expect(values).toEqual([[5, { a: 1, b: 2, c: 3, d: 4 }]]);
  });

  it('says when the meter below has no such metrics', () => {
    const tagged = MetricMeterWithComposedTags.compose(meter, { a: 1 });
    expect(() => tagged.createUpDownCounter?.('x')).toThrow('not supported by the underlying meter');
  });
});
