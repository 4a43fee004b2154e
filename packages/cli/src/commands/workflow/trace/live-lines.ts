import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from '../../../terminal.js';

const ESCAPE = '\u001b';
const HIDE_CURSOR = `${ESCAPE}[?25l`;
const SHOW_CURSOR = `${ESCAPE}[?25h`;

/** Lines that are drawn over again in place; never more of them than the screen holds. */
export class LiveLines {
  private drawnCount = 0;

  constructor(private readonly terminal: Terminal) {}

  draw(lines: readonly string[]): void {
    const { rows, columns } = this.terminal;
    const room = Math.max(1, rows - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
    this.replace(shown.map((line) => cut(line, columns)));
  }

  /** Draws for the last time: all of the lines, however many. */
  finish(lines: readonly string[]): void {
    this.replace(lines);
    this.terminal.out(SHOW_CURSOR);
  }

  private replace(lines: readonly string[]): void {
    const up = this.drawnCount === 0 ? HIDE_CURSOR : `\u001b[${this.drawnCount}A`;
    this.terminal.out(`${up}\r${lines.map((line) => `\u001b[K${line}\n`).join('')}\u001b[J`);
    this.drawnCount = lines.length;
  }
}

/** As much of a line as there is room for. Colours have no width. */
function cut(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length < columns) return line;
  let [kept, width] = ['', 0];
  for (let index = 0; index < line.length && width < columns - 2; index++) {
    if (line[index] === ESCAPE) {
      const end = line.indexOf('m', index);
      kept += line.slice(index, end + 1);
      index = end;
    } else {
      kept += line[index];
      width++;
    }
  }
  return `${kept}…${ESCAPE}[39m`;
}
