import { listAt, textAt, type JsonObject } from '../../json.js';

/** The fields of a calendar in the order of a cron string, and what each allows when nothing is said. */
const FIELDS = [
  { path: 'second', name: 'second', everything: '0' },
  { path: 'minute', name: 'minute', everything: '0-59' },
  { path: 'hour', name: 'hour', everything: '0-23' },
  { path: 'dayOfMonth', name: 'day', everything: '1-31' },
  { path: 'month', name: 'month', everything: '1-12' },
  { path: 'dayOfWeek', name: 'weekday', everything: '0-6' },
  { path: 'year', name: 'year', everything: '' },
] as const;

/** The times of a schedule in words: its calendars and intervals, then what limits them. */
export function timesOf(spec: JsonObject): string[] {
  const timeZone = textAt(spec, 'timezoneName');
  const limits = (
    [
      ['startTime', 'from'],
      ['endTime', 'until'],
      ['jitter', 'jitter'],
    ] as const
  ).flatMap(([path, word]) => (textAt(spec, path) === '' ? [] : [`${word} ${textAt(spec, path)}`]));
  return [
    ...listAt(spec, 'structuredCalendar').map(calendarText),
    ...listAt(spec, 'interval').map(intervalText),
    ...listAt(spec, 'excludeStructuredCalendar').map((calendar) => `but not ${calendarText(calendar)}`),
    ...(timeZone === '' ? [] : [`in ${timeZone}`]),
    ...limits,
  ];
}

function calendarText(calendar: JsonObject): string {
  const said = FIELDS.flatMap(({ path, name, everything }) => {
    const ranges = listAt(calendar, path).map(rangeText).join(',');
    return ranges === everything || ranges === '' ? [] : [`${name} ${ranges}`];
  });
  const times = said.length === 0 ? 'every minute' : said.join(' ');
  const comment = textAt(calendar, 'comment');
  return comment === '' ? times : `${times} (${comment})`;
}

/** Proto3 JSON leaves out zeros; an end before the start stands for the start alone. */
function rangeText(range: JsonObject): string {
  const [start = 0, end = 0, step = 0] = ['start', 'end', 'step'].map((path) => Number(textAt(range, path) || '0'));
  const span = end <= start ? String(start) : `${start}-${end}`;
  return step > 1 ? `${span}/${step}` : span;
}

function intervalText(interval: JsonObject): string {
  const phase = textAt(interval, 'phase');
  const isShifted = phase !== '' && phase !== '0s';
  return `every ${textAt(interval, 'interval')}${isShifted ? `, ${phase} after` : ''}`;
}
