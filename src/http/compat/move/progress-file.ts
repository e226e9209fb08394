import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { MoveProgress } from './move-in.ts';
import type { MoveService } from './moved-parcel.ts';

const count = z.int().nonnegative();
const stored = z.object({
  ...{ moved: count, alreadyThere: count, refusedCount: count },
  refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  cursor: z.string().nullable(),
  isFinished: z.boolean(),
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
  try {
    return stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Replaces the file at once, so that a cut leaves the one before. */
export async function writeProgress(file: string, progress: MoveProgress): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
