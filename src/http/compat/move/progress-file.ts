import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { MoveService } from '../services.ts';
import { type MoveProgress, NOT_MOVED } from './move-in.ts';

const count = z.int().nonnegative();
const parcels = z.array(z.object({ id: z.string(), reason: z.string() }));
const stored = z.object({
  ...{ moved: count, alreadyThere: count, refusedCount: count },
  ...{ refused: parcels, warnings: parcels },
  cursor: z.string().nullable(),
  isFinished: z.boolean(),
  /** Cursors are those of one account. */
  keyHash: z.string(),
});

/** The file in the data folder with the progress of a tenant's move; it holds no key. */
export function progressFile(
  data: string,
  { merchantId, mode }: Tenant,
  service: MoveService,
): string {
  return join(data, 'moves', `${merchantId}-${mode}-${service}.json`);
}

/** Returns the progress of the latest move; null if there was none, or its file is unusable. */
export async function readProgress(file: string): Promise<MoveProgress | null> {
  return (await readStored(file))?.progress ?? null;
}

/**
 * Returns where the move with this key continues: at the newest if the latest move was finished or
 * had another key, whose account has other pages.
 */
export async function progressBefore(file: string, key: string): Promise<MoveProgress> {
  const latest = await readStored(file);
  if (latest === null || latest.keyHash !== hashOf(key)) return NOT_MOVED;
  return latest.progress.isFinished ? NOT_MOVED : latest.progress;
}

/** Replaces the file at once, so that a cut leaves the one before. */
export async function writeProgress(
  file: string,
  key: string,
  progress: MoveProgress,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ ...progress, keyHash: hashOf(key) });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function readStored(file: string) {
  try {
    const { keyHash, ...progress } = stored.parse(JSON.parse(await readFile(file, 'utf8')));
    return { keyHash, progress };
  } catch {
    return null;
  }
}

/** Enough to distinguish the keys of a merchant, and too little to find one. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
