import { LazySet } from '@perdure/common/internal';
import type { history, sdk } from '@perdure/protocol';

/** Flags of Temporal's core that this core's histories obey, all of them from their first workflow task on. */
export const CORE_FLAGS = { checksIdsAndTypes: 1, makesPatchesSearchable: 2, closesLast: 3 } as const;
const SUPPORTED_CORE_FLAGS: readonly number[] = Object.values(CORE_FLAGS);

/** What workers have recorded of themselves in the completed workflow tasks of a history. */
export class SdkMetadata {
  readonly langFlags = new LazySet<number>();
  readonly coreFlags = new LazySet<number>();
  sdkName = '';
  sdkVersion = '';
  private readonly newLangFlags = new LazySet<number>();
  /** In the last answer, which the history does not show yet. */
  private sentLangFlags: readonly number[] = [];

  /** Reads what a completed workflow task says. */
  learn(completed: history.WorkflowTaskCompletedEventAttributes | undefined): void {
    if (completed !== undefined) this.sentLangFlags = [];
    const metadata = completed?.sdkMetadata;
    if (metadata === undefined) return;
    for (const flag of metadata.langUsedFlags) this.langFlags.add(flag);
    for (const flag of metadata.coreUsedFlags) this.coreFlags.add(flag);
    if (metadata.sdkName !== '') this.sdkName = metadata.sdkName;
    if (metadata.sdkVersion !== '') this.sdkVersion = metadata.sdkVersion;
  }

  /** Flags that workflow code has just relied on. */
  use(flags: readonly number[]): void {
    for (const flag of flags) if (!this.langFlags.has(flag)) this.newLangFlags.add(flag);
  }

  /** The last answer will not be in the history: what it had to record is still to be recorded. */
  forgetAnswer(): void {
    this.use(this.sentLangFlags);
    this.sentLangFlags = [];
  }

  /** What the answer to this workflow task has to record; `undefined` if it is all known. */
  take(own: { readonly name: string; readonly version: string }): sdk.IWorkflowTaskCompletedMetadata | undefined {
    const coreUsedFlags = SUPPORTED_CORE_FLAGS.filter((flag) => !this.coreFlags.has(flag));
    const langUsedFlags = [...this.newLangFlags];
    const sdkName = own.name === this.sdkName ? '' : own.name;
    const sdkVersion = own.version === this.sdkVersion ? '' : own.version;
    this.newLangFlags.clear();
    this.sentLangFlags = langUsedFlags;
    if (coreUsedFlags.length === 0 && langUsedFlags.length === 0 && sdkName === '' && sdkVersion === '')
      return undefined;
    return { coreUsedFlags, langUsedFlags, sdkName, sdkVersion };
  }
}
