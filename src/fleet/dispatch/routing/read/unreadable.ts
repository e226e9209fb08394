/** Input that cannot be read: where, and what to do about it. */
export class UnreadableInstance extends Error {
  /** From 1; 0: the whole input. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
