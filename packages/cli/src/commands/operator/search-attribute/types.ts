import { UsageError } from '../../../errors.js';

/** The types of search attributes, as people say them. */
export const SEARCH_ATTRIBUTE_TYPES = ['Text', 'Keyword', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList'] as const;

/** `INDEXED_VALUE_TYPE_KEYWORD_LIST` of `KeywordList`, in any case. A UsageError for another word. */
export function indexedValueType(name: string): string {
  const found = SEARCH_ATTRIBUTE_TYPES.find((type) => type.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new UsageError(`"${name}" is no type of search attribute: ${SEARCH_ATTRIBUTE_TYPES.join(', ')}`);
  return `INDEXED_VALUE_TYPE_${found === 'KeywordList' ? 'KEYWORD_LIST' : found.toUpperCase()}`;
}
