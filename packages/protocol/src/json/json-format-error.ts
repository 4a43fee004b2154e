/** JSON that does not describe the message that was asked for; `path` leads to the fault, such as `input.payloads[0].data`. */
export class JsonFormatError extends Error {
  override readonly name = 'JsonFormatError';
  readonly reason: string;
  path = '';

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }

  /** Called by each level the error passes through, innermost first. */
  within(step: string): this {
    this.path = this.path === '' || this.path.startsWith('[') ? `${step}${this.path}` : `${step}.${this.path}`;
    this.message = `${this.path}: ${this.reason}`;
    return this;
  }
}

/** Runs a step of the mapping and adds where it was to the errors it throws. */
export function at<T>(step: string, map: () => T): T {
  try {
    return map();
  } catch (error) {
    throw error instanceof JsonFormatError ? error.within(step) : error;
  }
}
