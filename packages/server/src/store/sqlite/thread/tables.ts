import type { SqlDatabase } from '../driver.js';
import { ExecutionsTable } from '../executions.js';
import { HistoryTable } from '../history.js';
import { JournalTable } from '../journal.js';
import { MetadataRows } from '../metadata.js';
import { NamespacesTable } from '../namespaces.js';
import { RecordsTable } from '../records.js';
import { SearchAttributesTable } from '../search-attributes.js';
import { ShardsTable } from '../shards.js';
import { VisibilityTable } from '../visibility.js';

/** Every table of one connection, with its statements prepared. */
export class SqliteTables {
  readonly shards: ShardsTable;
  readonly journal: JournalTable;
  readonly executions: ExecutionsTable;
  readonly history: HistoryTable;
  readonly visibility: VisibilityTable;
  readonly namespaces: NamespacesTable;
  readonly searchAttributes: SearchAttributesTable;
  readonly metadata: MetadataRows;
  readonly records: RecordsTable;

  constructor(readonly database: SqlDatabase) {
    this.shards = new ShardsTable(database);
    this.journal = new JournalTable(database);
    this.executions = new ExecutionsTable(database);
    this.history = new HistoryTable(database);
    this.visibility = new VisibilityTable(database);
    this.namespaces = new NamespacesTable(database);
    this.searchAttributes = new SearchAttributesTable(database);
    this.metadata = new MetadataRows(database);
    this.records = new RecordsTable(database);
  }

  /** Copies what the log holds into the file, without waiting for anyone. */
  checkpoint(): void {
    this.database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
  }

  /** Problems found in the file and in what it says. */
  problems(): string[] {
    const findings = this.database.prepare('PRAGMA integrity_check').all();
    const damaged = findings.map((row) => String(row.integrity_check)).filter((finding) => finding !== 'ok');
    return [...damaged, ...this.history.problems()];
  }
}
