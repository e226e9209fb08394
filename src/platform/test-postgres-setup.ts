import { hostTestPostgres } from './test-postgres.ts';

/** vitest's globalSetup: runs once in the main process; the returned function runs at the end. */
export async function setup(): Promise<() => Promise<void>> {
  // In this process vitest 4.1 holds modules of its cache as bytes, which its stack traces cannot read.
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  const desk = await hostTestPostgres();
  return () => desk.close();
}
