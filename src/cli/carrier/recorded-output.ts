import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Replaced } from '@waybill/adapter-kit';
import type { LoadedAdapter, ParseOutcome } from '../../adapters/index.ts';
import { redactText, vocabularyOf } from '../../intake/index.ts';
import { parseCodesCsv } from '../../normalization/index.ts';
import { systemRandom } from '../../platform/clock.ts';
import { vocabularyOfCarriers } from '../../tracking/ports/mappings.ts';

/** The codes and local times of a result, which a mapping reads. */
export function codesIn(read: ParseOutcome): readonly string[] {
  if (read.outcome !== 'reports') return [read.outcome];
  return read.reports.flatMap(({ facts }) =>
    facts.flatMap(({ codes, time }) => [...Object.values(codes), time.local ?? '']),
  );
}

/** Sentences keep the words that the carrier's own documents use, and those that are codes. */
export async function wordMask(
  { home }: LoadedAdapter,
  codes: readonly string[],
): Promise<(text: string, places: readonly string[]) => string> {
  const csv = await readFile(join(home.folder, 'codes.csv'), 'utf8').catch(() => '');
  const documented = vocabularyOfCarriers(csv === '' ? [] : parseCodesCsv(csv));
  const known = [...documented, ...vocabularyOf(codes)];
  return (text, places) => {
    const words = new Set([...known, ...places.map((word) => word.toLowerCase())]);
    return redactText(text, words).replaceAll(/▒+/g, 'TEST');
  };
}

/** Returns a number from 0 up to 1; invented numbers may differ in another run. */
export function systemFraction(): number {
  return Buffer.from(systemRandom(6)).readUIntBE(0, 6) / 2 ** 48;
}

export function listReplaced(replaced: readonly Replaced[], write: (line: string) => void): void {
  if (replaced.length === 0) write('  nothing was replaced');
  for (const { what, where, times } of replaced)
    write(`  replaced: ${what} at ${where}, ${times}×`);
}

/**
 * Checks before any request that the folder can be written, so that no answers are lost. Throws.
 */
export function checkNew(file: string): void {
  if (existsSync(file)) throw alreadyExists(file);
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new Error(
    `${folder} is not a folder; create it first (mkdir -p), or choose another with --out`,
  );
}

/** An existing file was reviewed by somebody, so it is not overwritten. */
export async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    throw alreadyExists(file);
  });
}

function alreadyExists(file: string): Error {
  return new Error(`${file} already exists; remove it or choose another with --out`);
}
