import { hostTestPostgres } from './test-postgres.ts';

/** vitest's globalSetup: runs once in the main process; what it returns runs at the end. */
export async function setup(): Promise<() => Promise<void>> {
  const desk = await hostTestPostgres();
  return () => desk.close();
}
