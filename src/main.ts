import { createProgram } from './cli/program.ts';

/** Runs one command of the CLI. Sets the process's exit code and leaves ending to the event loop. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`waybill … | head -1`) closes the pipe; that is no failure.
  process.stdout.on('error', () => {});
  await createProgram().parseAsync(argv);
}
