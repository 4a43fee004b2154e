import type { Flags } from '../flags.js';
import { textAt, type Json, type JsonObject } from '../json.js';
import { UsageError } from '../errors.js';
import type { Terminal } from '../terminal.js';
import { nearest } from '../spelling.js';
import { withPlainPayloads } from '../payloads.js';
import { formatOf, isJsonFormat, type Format } from './format.js';
import { jsonLine, jsonText } from './json-text.js';
import { renderTable } from './table.js';
import { timeText, type TimeFormat } from './time.js';

/** A column of a table: its heading and where its value stands; `time` columns follow `--time-format`. */
export interface Column {
  readonly name: string;
  readonly path: string;
  readonly isTime?: boolean;
}

/** Names and values, one below the other. */
export type Entries = readonly (readonly [name: string, value: string])[];

/** Writes results in the format that was asked for. All of stdout goes through here. */
export class Output {
  readonly format: Format;
  /** Whether `-o table` was said, and is not only what happens by itself. */
  readonly isTableAsked: boolean;
  readonly hasColor: boolean;
  private readonly timeFormat: TimeFormat;
  private readonly isShorthand: boolean;
  private readonly pager: string | undefined;
  private written = false;
  private isEnded = false;

  constructor(
    private readonly flags: Flags,
    private readonly terminal: Terminal,
  ) {
    const asked = formatOf(flags);
    this.format = asked ?? 'table';
    this.isTableAsked = asked === 'table';
    this.timeFormat = flags.oneOf('time-format', ['relative', 'iso', 'raw']) ?? 'relative';
    const color = flags.oneOf('color', ['auto', 'always', 'never']) ?? 'auto';
    const isAutomatic = terminal.isTerminal && !terminal.variables['NO_COLOR'];
    // Colours between the letters are no JSON: only people get them, whatever was asked for.
    const isAlways = color === 'always' && (terminal.isTerminal || !isJsonFormat(this.format));
    this.hasColor = isAlways || (color === 'auto' && isAutomatic);
    this.isShorthand = flags.isSet('json-shorthand-payloads');
    this.pager = flags.isOff('pager') ? undefined : (flags.text('pager') ?? (terminal.variables['PAGER'] || undefined));
  }

  /** Whether anything was written. */
  get hasWritten(): boolean {
    return this.written;
  }

  /** Nothing is written any more: what was waited for may still come. */
  end(): void {
    this.isEnded = true;
  }

  /** Whether people read it: a table, and neither JSON nor nothing. */
  get isForPeople(): boolean {
    return this.format === 'table';
  }

  /** A list: a table with a row each, or all of it as JSON. `more` are the columns of `--fields long`. */
  async list(items: readonly JsonObject[], columns: readonly Column[], more: readonly Column[] = []): Promise<void> {
    const shown = this.chosen(columns, more);
    if (this.format === 'none') return;
    if (this.format === 'json') return this.show(`${jsonText(this.shown(items), this.hasColor)}\n`);
    if (this.format === 'jsonl') return this.lines(items);
    const rows = items.map((item) => shown.map((column) => this.cell(item, column)));
    await this.show(await this.table(shown, rows));
  }

  /** Items of a list that is written as it comes in: as JSON, a line each. */
  lines(items: readonly JsonObject[]): void {
    if (this.format === 'none') return;
    this.write(items.map((item) => `${jsonLine(this.shown(item), this.hasColor)}\n`).join(''));
  }

  /** The table of a list that is a part of a longer text. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<string> {
    const names = columns.map(({ name }) => name);
    return renderTable(names, rows, this.hasColor);
  }

  /** One message as JSON, whatever the format (indented for people). */
  async message(json: Json): Promise<void> {
    if (this.format === 'none') return;
    if (this.format === 'jsonl') this.write(`${jsonLine(this.shown(json), this.hasColor)}\n`);
    else await this.show(`${jsonText(this.shown(json), this.hasColor)}\n`);
  }

  /** Names and values one below the other; as JSON, the message they come from. */
  async card(title: string, entries: Entries, json: Json): Promise<void> {
    if (!this.isForPeople) return this.message(json);
    this.write(this.cardText(title, entries));
  }

  /** The text of a card that is a part of a longer text. */
  cardText(title: string, entries: Entries): string {
    const width = Math.max(...entries.map(([name]) => name.length));
    const lines = entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`.trimEnd() + '\n');
    return `${title === '' ? '' : `${this.bold(title)}\n`}${lines.join('')}`;
  }

  /** A sentence for people; as JSON, the message it stands for. */
  async done(sentence: string, json: Json): Promise<void> {
    if (this.isForPeople) this.write(`${sentence}\n`);
    else await this.message(json);
  }

  /** Text as it is, in every format but none. */
  text(text: string): void {
    if (this.format !== 'none') this.write(text);
  }

  /** Text that may be long: through the pager where there is one and the screen is too small. */
  async show(text: string): Promise<void> {
    const { terminal, pager } = this;
    if (this.isEnded) return;
    const isLong = text.split('\n').length > terminal.rows;
    if (pager !== undefined && terminal.isTerminal && isLong && (await terminal.page(text, pager))) return;
    this.write(text);
  }

  time(iso: string): string {
    return timeText(iso, this.timeFormat, Date.now());
  }

  /** The value of a column in words. */
  cell(item: JsonObject, { path, isTime }: Column): string {
    const text = textAt(item, path);
    return isTime === true && text !== '' ? this.time(text) : text;
  }

  private write(text: string): void {
    if (this.isEnded || text === '') return;
    this.written = true;
    this.terminal.out(text);
  }

  /** JSON as it was asked for. */
  private shown(json: Json): Json {
    return this.isShorthand ? withPlainPayloads(json) : json;
  }

  private bold(text: string): string {
    return this.hasColor ? `\u001b[1m${text}\u001b[22m` : text;
  }

  /** The columns that `--fields` asks for. JSON always has everything. A UsageError if it asks for what is not there. */
  chosen(columns: readonly Column[], more: readonly Column[]): readonly Column[] {
    const all = [...columns, ...more];
    const fields = (this.flags.text('fields') ?? '').split(',').filter((field) => field !== '');
    if (fields.length === 0) return columns;
    if (fields.length === 1 && fields[0] === 'long') return all;
    return fields.map((field) => {
      const found = all.find(({ name }) => name.toLowerCase() === field.toLowerCase());
      if (found !== undefined) return found;
      const names = all.map(({ name }) => name);
      const close = nearest(field, names);
      const advice = close === undefined ? '' : ` (Did you mean ${close}?)`;
      throw new UsageError(`--fields knows no "${field}": use long, or of ${names.join(', ')}${advice}`);
    });
  }
}
