import type { Json } from '../json.js';

/** Colours of the parts of JSON: the numbers of ANSI. */
const COLORS = { name: 34, text: 32, number: 33, word: 35 } as const;

/** JSON with indentation; in colour for people who look at it on a screen. */
export function jsonText(json: Json, hasColor: boolean): string {
  const text = JSON.stringify(json, undefined, 2);
  return hasColor ? colored(text) : text;
}

/** JSON in one line. */
export function jsonLine(json: Json, hasColor: boolean): string {
  const text = JSON.stringify(json);
  return hasColor ? colored(text) : text;
}

function colored(text: string): string {
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;
  return text.replace(token, (_, quoted?: string, colon?: string, number?: string, word?: string) => {
    if (quoted !== undefined) return colon === undefined ? paint(quoted, 'text') : `${paint(quoted, 'name')}${colon}`;
    return number !== undefined ? paint(number, 'number') : paint(word ?? '', 'word');
  });
}

function paint(text: string, part: keyof typeof COLORS): string {
  return `\u001b[${COLORS[part]}m${text}\u001b[39m`;
}
