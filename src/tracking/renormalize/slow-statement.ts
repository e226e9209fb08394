/**
 * Looks, and once more with less when the server broke it off: it may have been busy. Broken off
 * again it never ends, and would keep all later orders of the carrier from their turn.
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

/** No machine is in the way: the work itself is too much. */
export class SlowStatement extends Error {
  constructor(about: string) {
    super(
      `the database cancelled ${about} twice (statement_timeout); start the job again when it is less busy`,
    );
  }
}

/** PostgreSQL's query_canceled, which a statement's time limit ends in. */
function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown }).code === '57014';
}
