/**
 * Runs a read, and retries it once with a smaller range when the server cancelled the statement,
 * because the server may have been busy. If it is cancelled again, it throws `SlowStatement`: the
 * read would never end, and would block all later orders of the carrier.
 */
export async function twice<T>(about: string, read: (again: boolean) => Promise<T>): Promise<T> {
  try {
    return await read(false);
  } catch (error) {
    if (!isCancelled(error)) throw error;
  }
  try {
    return await read(true);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    throw new SlowStatement(about);
  }
}

/**
 * Thrown when a read takes too long; the work itself is too much, so it is no infrastructure
 * failure.
 */
export class SlowStatement extends Error {
  constructor(about: string) {
    super(
      `the database cancelled ${about} twice (statement_timeout); start the job again when it is less busy`,
    );
  }
}

/** Whether the error is PostgreSQL's query_canceled: the statement exceeded its time limit. */
function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown }).code === '57014';
}
