/** What a slot is used for. */
export type SlotInfo = WorkflowSlotInfo | ActivitySlotInfo | LocalActivitySlotInfo | NexusSlotInfo;

/** A slot that runs a workflow task. */
export interface WorkflowSlotInfo {
  type: 'workflow';
  workflowType: string;
  isSticky: boolean;
}

/** A slot that runs an activity task. */
export interface ActivitySlotInfo {
  type: 'activity';
  activityType: string;
}

/** A slot that runs a local activity. */
export interface LocalActivitySlotInfo {
  type: 'local-activity';
  activityType: string;
}

/** A slot that runs a Nexus operation. */
export interface NexusSlotInfo {
  type: 'nexus';
  service: string;
  operation: string;
}

/** A slot that somebody holds. */
export interface HeldSlot {
  /** Says what it is used for, from now on. */
  markUsed(info: SlotInfo): void;
  /** Gives it back. Only the first call counts. */
  release(): void;
}

/** Bounds how many tasks of one kind run at once. Who runs a task holds a slot. */
export interface Slots {
  /** How many are in use by tasks. */
  readonly usedCount: number;
  /** How many could be reserved now; `undefined` where nobody can say. */
  readonly availableCount: number | undefined;
  /** A slot, if there is one at once. */
  tryReserve(): HeldSlot | undefined;
  /** A slot as soon as there is one, without a promise where that is known at once; `undefined` once the signal aborts. */
  reserve(signal: AbortSignal): HeldSlot | undefined | Promise<HeldSlot | undefined>;
}
