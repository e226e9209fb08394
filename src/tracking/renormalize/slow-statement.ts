/**
 * Reads, and retries once with less when the server cancelled the statement: it may have been busy.
 * Cancelled again, it would never end, and would block all later orders of the carrier.
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

/** Not an infrastructure failure: the work itself is too much. */
export class SlowStatement extends Error {
  constructor(about: string) {
    super(
      `the database cancelled ${about} twice (statement_timeout); start the job again when it is less busy`,
    );
  }
}

/** PostgreSQL's query_canceled: the statement exceeded its time limit. */
function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown }).code === '57014';
}
