import type { SqlDatabase } from './driver.js';

const version1 = `
  CREATE TABLE store_identity (
    cluster_id TEXT NOT NULL,
    shard_count INTEGER NOT NULL
  );

  CREATE TABLE shards (
    shard_id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    owner_id TEXT NOT NULL,
    lease_until_ms INTEGER NOT NULL,
    -- Highest journal position that has been materialised, so that positions go on after the journal is empty.
    materialised_position INTEGER NOT NULL
  );

  -- The key is shard_id * 2^40 + position: one B-tree, rows of a shard side by side, new rows at the end of its stretch.
  CREATE TABLE journal (
    journal_key INTEGER PRIMARY KEY,
    frame BLOB NOT NULL
  );

  CREATE TABLE executions (
    ordinal INTEGER PRIMARY KEY,
    namespace_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    shard_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    open INTEGER NOT NULL,
    is_current INTEGER NOT NULL,
    next_due_ms INTEGER,
    needs_attention INTEGER NOT NULL,
    snapshot BLOB,
    UNIQUE (namespace_id, workflow_id, run_id)
  );
  CREATE INDEX executions_current ON executions (namespace_id, workflow_id) WHERE is_current = 1;
  CREATE INDEX executions_due ON executions (shard_id, next_due_ms) WHERE next_due_ms IS NOT NULL;
  CREATE INDEX executions_attention ON executions (shard_id) WHERE needs_attention = 1;

  -- A table with row ids: new stretches go to its end whatever run they belong to; only the index is random.
  CREATE TABLE history (
    run_id TEXT NOT NULL,
    namespace_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    first_event_id INTEGER NOT NULL,
    last_event_id INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (run_id, namespace_id, workflow_id, first_event_id)
  );

  CREATE TABLE visibility (
    namespace_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    workflow_type TEXT NOT NULL,
    task_queue TEXT NOT NULL,
    status INTEGER NOT NULL,
    start_time_ms INTEGER NOT NULL,
    execution_time_ms INTEGER NOT NULL,
    close_time_ms INTEGER,
    execution_duration_ms INTEGER,
    history_length INTEGER,
    history_size_bytes INTEGER,
    state_transition_count INTEGER,
    parent_workflow_id TEXT,
    parent_run_id TEXT,
    root_workflow_id TEXT,
    root_run_id TEXT,
    -- Close time, or a time beyond all others while open.
    close_key INTEGER NOT NULL,
    -- JSON object of indexed values; keys are 'Type:Name'.
    search_attributes TEXT NOT NULL,
    encoded_search_attributes BLOB,
    memo BLOB,
    PRIMARY KEY (namespace_id, workflow_id, run_id)
  ) WITHOUT ROWID;
  -- Serves the default list order, and with the status in it, counts by status without touching the rows.
  CREATE INDEX visibility_list ON visibility (namespace_id, close_key, start_time_ms, run_id, workflow_id, status);

  CREATE TABLE namespaces (
    namespace_id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    record BLOB
  ) WITHOUT ROWID;

  CREATE TABLE search_attributes (
    namespace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (namespace_id, name)
  ) WITHOUT ROWID;

  CREATE TABLE metadata (
    key TEXT PRIMARY KEY,
    value BLOB
  ) WITHOUT ROWID;
`;

const version2 = `
  -- Written whole each time, by the owner of the shard; values may be larger than a page, so the table has row ids.
  CREATE TABLE records (
    namespace_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    shard_id INTEGER NOT NULL,
    value BLOB,
    UNIQUE (namespace_id, kind, id)
  );
  CREATE INDEX records_of_shard ON records (shard_id, kind, namespace_id, id);
`;

/**
 * What brings a file from one schema version to the next; entry 0 makes version 1 out of an empty file.
 * Entries are never edited once released: a change of schema is a new entry.
 */
export const migrations: readonly ((database: SqlDatabase) => void)[] = [
  (database) => database.exec(version1),
  (database) => database.exec(version2),
];
