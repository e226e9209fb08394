import { hostTestPostgres } from './test-postgres.ts';

/** vitest's globalSetup: runs once in the main process; the returned function runs at the end. */
export async function setup(): Promise<() => Promise<void>> {
  const desk = await hostTestPostgres();
  return () => desk.close();
}
