/**
 * The types a search attribute can be registered with, as `temporal.api.enums.v1.IndexedValueType` names them.
 * Text is split into words for matching; Keyword is compared whole.
 */
export type SearchAttributeType = 'Bool' | 'Datetime' | 'Double' | 'Int' | 'Keyword' | 'KeywordList' | 'Text';

/** One value in plain JSON form: datetimes are RFC 3339 strings or epoch milliseconds, keyword lists are arrays of strings. */
export type SearchAttributeJson = string | number | boolean | readonly string[];

/** A typed search attribute of one execution, as the visibility row carries it. */
export interface SearchAttributeValue {
  readonly type: SearchAttributeType;
  readonly value: SearchAttributeJson;
}

/** Search attributes of one execution by name. */
export type SearchAttributes = Readonly<Record<string, SearchAttributeValue>>;

/** Registered search attribute types by name. */
export type SearchAttributeTypes = Readonly<Record<string, SearchAttributeType>>;

/**
 * Search attributes every namespace has without registering them, beyond the columns of the visibility row itself.
 * Source: https://docs.temporal.io/search-attribute (default search attributes).
 */
export const systemSearchAttributes: SearchAttributeTypes = {
  BatcherNamespace: 'Keyword',
  BatcherUser: 'Keyword',
  BinaryChecksums: 'KeywordList',
  BuildIds: 'KeywordList',
  TemporalChangeVersion: 'KeywordList',
  TemporalNamespaceDivision: 'Keyword',
  TemporalPauseInfo: 'KeywordList',
  TemporalReportedProblems: 'KeywordList',
  TemporalScheduledById: 'Keyword',
  TemporalScheduledStartTime: 'Datetime',
  TemporalSchedulePaused: 'Bool',
  TemporalUsedWorkerDeploymentVersions: 'KeywordList',
  TemporalWorkerDeployment: 'Keyword',
  TemporalWorkerDeploymentVersion: 'Keyword',
  TemporalWorkflowVersioningBehavior: 'Keyword',
};

/** The type of a search attribute: the system's, or the one it is registered with. Names that objects inherit are none. */
export function typeOfSearchAttribute(
  registered: SearchAttributeTypes | undefined,
  name: string,
): SearchAttributeType | undefined {
  for (const types of [systemSearchAttributes, registered])
    if (types !== undefined && Object.hasOwn(types, name)) return types[name];
  return undefined;
}
