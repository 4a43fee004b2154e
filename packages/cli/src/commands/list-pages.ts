import type { CommandContext } from '../command.js';
import type { MethodName } from '../connection/session.js';
import type { JsonObject } from '../json.js';
import type { Column } from '../output/output.js';

/** A list that the server gives page by page, and how it is shown. */
export interface Listing {
  readonly method: MethodName;
  readonly request: JsonObject;
  /** The field of the answer that holds the items. */
  readonly field: string;
  /** 0 for all. */
  readonly limit: number;
  readonly columns: readonly Column[];
  readonly more?: readonly Column[];
  /** An item with what its columns need; in JSON it is shown as it came. */
  readonly row?: (item: JsonObject) => JsonObject;
}

/**
 * Shows a list; says whether there is more than the limit. With `-o jsonl` every page is written as it arrives; otherwise
 * nothing is written before all is there, so that half a list is never taken for a whole one.
 */
export async function listPages({ output, session }: CommandContext, listing: Listing): Promise<boolean> {
  const { method, request, field, limit, columns, more = [], row } = listing;
  const isLive = output.format === 'jsonl';
  output.chosen(columns, more);
  const onPage = isLive ? (items: readonly JsonObject[]): void => output.lines(items) : undefined;
  const opened = await session();
  const { items, hasMore } = await opened.items(method, request, field, limit === 0 ? Infinity : limit, onPage);
  if (!isLive) await output.list(output.isForPeople && row !== undefined ? items.map(row) : items, columns, more);
  return hasMore;
}
