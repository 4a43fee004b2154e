/** What `JSON.parse` gives. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of JSON; a message of the API in proto3 JSON is one. */
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** Whether a value is an object, neither null nor a list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path such as `execution.workflowId`. */
export function at(json: Json | undefined, path: string): Json | undefined {
  let value = json;
  for (const name of path.split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** The object at a path; empty if there is none. */
export function objectAt(json: Json | undefined, path: string): JsonObject {
  const value = at(json, path);
  return isObject(value) ? value : {};
}

/** The objects of the list at a path; empty if there is none. */
export function listAt(json: Json | undefined, path: string): readonly JsonObject[] {
  const value = at(json, path);
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

/** The value at a path in words; empty if there is none. */
export function textAt(json: Json | undefined, path: string): string {
  const value = at(json, path);
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
