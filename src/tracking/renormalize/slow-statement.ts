import { isCancelled } from '../../platform/database/database-errors.ts';

/**
 * Runs a read, and retries it once when the server cancelled the statement, because the server may
 * have been busy; `again` is true then, so that `read` can choose a smaller range. If it is
 * cancelled again, throws `SlowStatement`: further attempts would block all later orders of the
 * carrier.
 */
export async function retryCancelled<T>(
  about: string,
  read: (again: boolean) => Promise<T>,
): Promise<T> {
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
 * Thrown when a read takes too long twice. It is not an infrastructure failure, so the job fails.
 */
export class SlowStatement extends Error {
  constructor(about: string) {
    super(
      `the database cancelled ${about} twice (statement_timeout); start the job again when it is less busy`,
    );
  }
}
