import { nameErrorClass } from './error-class.js';

/** A value is unexpected, or cannot be handled. */
export class ValueError extends Error {
  static {
    nameErrorClass(this, 'ValueError');
  }

  override readonly cause?: unknown;

  constructor(message: string | undefined, cause?: unknown) {
    super(message);
    this.cause = cause;
  }
}

/** A payload converter is set up in a way that cannot work. */
export class PayloadConverterError extends ValueError {
  static {
    nameErrorClass(this, 'PayloadConverterError');
  }
}

/** The operation is not possible in the state that the object is in, for example after it was closed. */
export class IllegalStateError extends Error {
  static {
    nameErrorClass(this, 'IllegalStateError');
  }
}

/**
 * The server does not know the workflow execution: the id is wrong, or the execution is closed (for requests that only
 * running executions take), or it was deleted when its retention ended.
 */
export class WorkflowNotFoundError extends Error {
  static {
    nameErrorClass(this, 'WorkflowNotFoundError');
  }

  constructor(
    message: string,
    readonly workflowId: string,
    readonly runId: string | undefined,
  ) {
    super(message);
  }
}

/** The server does not know the namespace. */
export class NamespaceNotFoundError extends Error {
  static {
    nameErrorClass(this, 'NamespaceNotFoundError');
  }

  constructor(readonly namespace: string) {
    super(`Namespace not found: '${namespace}'`);
  }
}

/**
 * Thrown by an activity whose result will be reported later, through the client's asynchronous completion: the worker
 * then forgets about the activity without completing it.
 */
export class CompleteAsyncError extends Error {
  static {
    nameErrorClass(this, 'CompleteAsyncError');
  }
}

/** A payload that came in is a reference to external storage, and no external storage is configured to fetch it from. */
export class ExternalStorageNotConfiguredError extends Error {
  static {
    nameErrorClass(this, 'ExternalStorageNotConfiguredError');
  }

  constructor(
    message = 'A payload refers to external storage, but none is configured. Set `dataConverter.externalStorage`.',
  ) {
    // The code is the one that every Temporal SDK uses for this.
    super(`[TMPRL1105] ${message}`);
  }
}
