/** What `getClient` gives: the client of the worker. */
export type Client = object;
