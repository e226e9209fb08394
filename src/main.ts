import { CommanderError } from 'commander';
import { createProgram } from './cli/program.ts';
import { ConfigError } from './platform/settings/config.ts';

/** For arguments and settings that cannot be used; help and version end well. */
const UNUSABLE = 2;

/** Runs one command of the CLI. Sets the process's exit code and leaves ending to the event loop. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`waybill … | head -1`) closes the pipe; that is no failure.
  process.stdout.on('error', () => {});
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : UNUSABLE;
    else if (error instanceof ConfigError) {
      // Whoever mistyped a setting wants to read which, and not where our code noticed it.
      process.stderr.write(`${error.message}\nconfig/defaults.yaml lists all settings.\n`);
      process.exitCode = UNUSABLE;
    } else throw error;
  }
}
