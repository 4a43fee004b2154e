/** A new id, for requests, updates and executions that were given none. The global one loads what it needs when it is called. */
export function newId(): string {
  return crypto.randomUUID();
}
