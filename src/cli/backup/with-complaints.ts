import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';
import { PlaceUnusable } from '../../platform/backups/repository.ts';
import { FolderBusy } from '../../platform/process/folder-lock.ts';
import { ConfigError } from '../../platform/settings/config.ts';

const FAILED = 1;

const UNUSABLE = 2;

const IN_USE = 3;

/** Runs a verb; errors are printed to stderr, without secrets. Resolves with the exit code. */
export async function withComplaints(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${withoutSecrets(message)}\n`);
    if (error instanceof FolderBusy) return IN_USE;
    return error instanceof ConfigError || error instanceof PlaceUnusable ? UNUSABLE : FAILED;
  }
}
