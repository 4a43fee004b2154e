/**
 * Bytes that are not a valid encoding of the message that was asked for.
 *
 * `typeName` is the innermost message that could not be read, `path` the field names that lead to the fault from the
 * outermost message (`input.payloads.metadata`), `offset` the position in the bytes given to `decode`.
 */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
  readonly reason: string;
  readonly offset: number;
  typeName = '';
  path = '';

  constructor(reason: string, offset: number) {
    super(`${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }

  /**
   * Called by each decoder the error passes through, innermost first. `fieldNames` lists the fields of `typeName` as
   * `"1 namespace,2 workflowId"`; a list in text costs nothing until something goes wrong.
   */
  within(typeName: string, fieldNames: string, fieldNumber: number): this {
    const field = nameOf(fieldNames, fieldNumber);
    this.path = this.path === '' ? field : field === '' ? this.path : `${field}.${this.path}`;
    if (this.typeName === '') this.typeName = typeName;
    const where = this.path === '' ? '' : `, field ${this.path}`;
    this.message = `Cannot decode ${typeName}${where}: ${this.reason} at offset ${this.offset}`;
    return this;
  }
}

function nameOf(fieldNames: string, fieldNumber: number): string {
  if (fieldNumber === 0) return '';
  for (const entry of fieldNames.split(',')) {
    const space = entry.indexOf(' ');
    if (Number(entry.slice(0, space)) === fieldNumber) return entry.slice(space + 1);
  }
  return `#${fieldNumber}`;
}
