import type { Connection } from '@perdure/client';
import { type SearchAttributeType, TypedSearchAttributes } from '@perdure/common';
import type { SearchAttributeKey } from '@perdure/common/internal';
import { enums } from '@perdure/protocol';
import type { PlannedServer } from './server-options.js';

/** Registers the search attributes of a new environment. */
export async function registerSearchAttributes(
  connection: Connection,
  { namespace, searchAttributes }: PlannedServer,
  keys: readonly SearchAttributeKey<SearchAttributeType>[],
): Promise<void> {
  const named = new Map(Object.entries(searchAttributes));
  for (const { name, type } of keys) named.set(name, TypedSearchAttributes.toMetadataType(type));
  const types = [...named].map(([name, type]) => [name, indexedValueType(name, type)] as const);
  if (types.length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(types) });
}

function indexedValueType(name: string, type: string): enums.IndexedValueType {
  const enumName = `INDEXED_VALUE_TYPE_${type.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`;
  const found = Object.entries(enums.IndexedValueType).find(([each]) => each === enumName);
  if (found !== undefined) return found[1];
  throw new TypeError(
    `Search attribute ${name} has no type ${type}. Give one of Text, Keyword, Int, Double, Bool, Datetime, KeywordList`,
  );
}
