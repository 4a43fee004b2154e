import type { Sample } from './metric-families.js';

/** What Prometheus is told the text is. */
export const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** A metric with everything that is to be said of it. */
export interface RenderedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly samples: readonly Sample[];
}

/** A metric as Prometheus reads it: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function renderFamily({ name, help, type, samples }: RenderedFamily): string {
  const lines = [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`];
  for (const { metricName = name, labels, value } of samples) {
    lines.push(`${metricName}${renderLabels(labels)} ${renderNumber(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

function renderLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value)).replace(/"/g, '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function renderNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
