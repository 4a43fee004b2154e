import type { SearchAttributeValue } from './search-attribute.js';
import { parseDateTimeMs } from './time-literals.js';

/** A search attribute in the form conditions compare: times in milliseconds, texts as their words. */
export type IndexedValue = string | number | boolean | readonly string[];

/** Brings a value into the form conditions compare. Undefined when the value does not fit its own type. */
export function indexedValue({ type, value }: SearchAttributeValue): IndexedValue | undefined {
  switch (type) {
    case 'Bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'Int':
    case 'Double':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'Keyword':
      return typeof value === 'string' ? value : undefined;
    case 'KeywordList':
      return typeof value === 'string' ? [value] : isStringList(value) ? value : undefined;
    case 'Text':
      return typeof value === 'string' ? wordsOf(value) : undefined;
    case 'Datetime':
      return typeof value === 'number' ? value : typeof value === 'string' ? parseDateTimeMs(value) : undefined;
  }
}

/** The distinct words of a text, in lower case: runs of letters, digits and underscores. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [])];
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
