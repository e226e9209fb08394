/** Thrown for a file, or the rest of one, that cannot be read: the fault and what to do. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly fix: string;
  /** The line of the fault, counted from 1; null if it is the whole file. */
  readonly line: number | null;

  constructor(reason: string, fix: string, line: number | null = null) {
    super(reason);
    this.fix = fix;
    this.line = line;
  }

  /** The fault in one sentence, as in reason files and lists. */
  get sentence(): string {
    return `${this.line === null ? '' : `Line ${this.line}: `}${this.message} ${this.fix}`;
  }
}
