import type { Flags } from '../flags.js';
import { textAt, type Json, type JsonObject } from '../json.js';
import { UsageError } from '../errors.js';
import { renderTable } from './table.js';
import { timeText, type TimeFormat } from './time.js';

/** A column of a table: its heading and where its value stands; `time` columns follow `--time-format`. */
export interface Column {
  readonly name: string;
  readonly path: string;
  readonly isTime?: boolean;
}

type Format = 'table' | 'json' | 'jsonl' | 'none';

/** Writes results in the format that was asked for. All of stdout goes through here. */
export class Output {
  readonly format: Format;
  readonly hasColor: boolean;
  private readonly timeFormat: TimeFormat;
  private readonly fields: readonly string[];

  constructor(
    flags: Flags,
    private readonly write: (text: string) => void,
    isTerminal: boolean,
  ) {
    const asked = flags.text('output') === 'text' || flags.text('output') === 'card' ? 'table' : undefined;
    this.format = asked ?? flags.oneOf('output', ['table', 'json', 'jsonl', 'none']) ?? 'table';
    this.timeFormat = flags.oneOf('time-format', ['relative', 'iso', 'raw']) ?? 'relative';
    const color = flags.oneOf('color', ['auto', 'always', 'never']) ?? 'auto';
    this.hasColor = color === 'always' || (color === 'auto' && isTerminal && process.env['NO_COLOR'] === undefined);
    this.fields = (flags.text('fields') ?? '').split(',').filter((field) => field !== '');
  }

  /** A list: a table with a row each, or all of it as JSON. `more` are the columns of `--fields long`. */
  async list(items: readonly JsonObject[], columns: readonly Column[], more: readonly Column[] = []): Promise<void> {
    if (this.format === 'none') return;
    if (this.format === 'jsonl') return this.write(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    if (this.format === 'json') return this.json(items);
    const shown = this.chosen(columns, more);
    const rows = items.map((item) => shown.map((column) => this.cell(item, column)));
    this.write(
      await renderTable(
        shown.map(({ name }) => name),
        rows,
        this.hasColor,
      ),
    );
  }

  /** One message as JSON, whatever the format (indented for people). */
  message(json: Json): void {
    if (this.format === 'none') return;
    if (this.format === 'jsonl') this.write(`${JSON.stringify(json)}\n`);
    else this.json(json);
  }

  /** Names and values one below the other; as JSON, the message they come from. */
  async card(title: string, entries: readonly (readonly [string, string])[], json: Json): Promise<void> {
    if (this.format !== 'table') return this.message(json);
    const width = Math.max(...entries.map(([name]) => name.length));
    const lines = entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`);
    this.write(`${title === '' ? '' : `${title}\n`}${lines.join('')}`);
    return Promise.resolve();
  }

  /** A sentence for people; as JSON, the message it stands for. */
  done(sentence: string, json: Json): void {
    if (this.format === 'table') this.write(`${sentence}\n`);
    else this.message(json);
  }

  /** Text as it is, in every format but none. */
  text(text: string): void {
    if (this.format !== 'none') this.write(text);
  }

  time(iso: string): string {
    return timeText(iso, this.timeFormat, Date.now());
  }

  private cell(item: JsonObject, { path, isTime }: Column): string {
    const text = textAt(item, path);
    return isTime === true && text !== '' ? this.time(text) : text;
  }

  private chosen(columns: readonly Column[], more: readonly Column[]): readonly Column[] {
    const all = [...columns, ...more];
    if (this.fields.length === 0) return columns;
    if (this.fields.length === 1 && this.fields[0] === 'long') return all;
    return this.fields.map((field) => {
      const found = all.find(({ name }) => name.toLowerCase() === field.toLowerCase());
      if (found !== undefined) return found;
      throw new UsageError(`--fields knows no "${field}": use long, or of ${all.map(({ name }) => name).join(', ')}`);
    });
  }

  private json(json: Json): void {
    this.write(`${JSON.stringify(json, undefined, 2)}\n`);
  }
}
