import { migrationNames } from '../database/migrate.ts';
import { CANARY_BOUND_TO } from '../sealing/key-canary.sql.ts';
import { type Keyring, open, SealBroken } from '../sealing/sealing.ts';
import type { Manifest } from './manifest.ts';
import { PlaceUnusable, type Repository } from './repository.ts';

/**
 * Returns the backup to restore: the one with that id, or the newest complete one. Throws a
 * readable error if there is none, or if this version cannot read it.
 */
export async function chooseBackup(
  repository: Repository,
  id: string | null,
  waybill: string,
): Promise<Manifest> {
  const newest = (await repository.backups()).at(-1);
  if (id === null && newest === undefined) throw await nothingWhole(repository);
  const manifest = await repository.manifest(id ?? newest ?? '');
  if (isNewer(manifest.waybill, waybill)) {
    throw new PlaceUnusable(
      `The backup ${manifest.id} is of Waybill ${manifest.waybill}, and this is ${waybill}: restore it with that version or a later one.`,
    );
  }
  if (!migrationNames().includes(manifest.migration)) {
    throw new PlaceUnusable(
      `The backup ${manifest.id} is of another version of Waybill, whose database this one does not know (${manifest.migration}): restore it with the version that made it.`,
    );
  }
  return manifest;
}

export function keyOpens(manifest: Pick<Manifest, 'key_probe'>, keyring: Keyring): boolean {
  try {
    open(keyring, Buffer.from(manifest.key_probe, 'base64'), CANARY_BOUND_TO);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
}

/** Throws a readable error if none of the keys opens what was sealed under the hub's master key. */
export function assertKeyOpens(
  manifest: Pick<Manifest, 'id' | 'key_probe'>,
  keyring: Keyring,
): void {
  try {
    open(keyring, Buffer.from(manifest.key_probe, 'base64'), CANARY_BOUND_TO);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new PlaceUnusable(
      `The master key does not fit the backup ${manifest.id}: ${error.message} Set WAYBILL_MASTER_KEY or WAYBILL_MASTER_KEY_FILE to the key that the hub had then. Nothing was changed.`,
    );
  }
}

async function nothingWhole(repository: Repository): Promise<PlaceUnusable> {
  const [begun] = await repository.unfinished();
  return new PlaceUnusable(
    begun === undefined
      ? `${repository.place} holds no backup.`
      : `${repository.place} holds no complete backup: ${begun} was interrupted and is incomplete. It cannot be restored.`,
  );
}

/** Compares versions by their numbers, so that 0.10.0 is newer than 0.9.2. */
function isNewer(theirs: string, ours: string): boolean {
  const [a, b] = [numbersOf(theirs), numbersOf(ours)];
  const at = a.findIndex((number, nr) => number !== (b[nr] ?? 0));
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function numbersOf(version: string): number[] {
  return (version.split(/[-+]/)[0] ?? '').split('.').map(Number);
}
