/** A file, or the rest of one, that cannot be read: the fault and what to do. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly fix: string;
  /** Where it is, counted from 1; null: in the whole file. */
  readonly line: number | null;

  constructor(reason: string, fix: string, line: number | null = null) {
    super(reason);
    this.fix = fix;
    this.line = line;
  }

  /** In one sentence, as reason files and lists say it. */
  get sentence(): string {
    return `${this.line === null ? '' : `Line ${this.line}: `}${this.message} ${this.fix}`;
  }
}
