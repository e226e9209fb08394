/**
 * Runs benchmarks from the literature, by the modules that run in production: tours, dispatch,
 * drive times and trails. They only compute, with no server and no database.
 *     npx tsx bench/literature.ts <routes solve|dispatch simulate|eta evaluate|trail simplify> …
 */
import { CommanderError } from 'commander';
import { createProgram, UNUSABLE } from './literature/program.ts';

// A reader that needs no more (`… | head -1`) closes the pipe; that is no failure.
process.stdout.on('error', () => {});
try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : UNUSABLE;
}
