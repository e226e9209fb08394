import { openPersonal } from '../personal.ts';
import type { TrackingDeps } from '../tracking.ts';
import { setPeopleHashes, shipmentsWithoutPeople } from './narrow.sql.ts';

/**
 * Makes the people of at most `limit` shipments findable that were stored without hashes: by an
 * earlier version, or by a command without the key. Returns how many it examined.
 */
export async function findPeopleOfEarlier(
  { db, sealer, people }: Pick<TrackingDeps, 'db' | 'sealer' | 'people'>,
  limit: number,
): Promise<number> {
  if (people === null) return 0;
  const without = await shipmentsWithoutPeople(db.pipeline, limit);
  if (without.length === 0) return 0;
  await setPeopleHashes(
    db.pipeline,
    without.map((of) => ({ of, hashes: people.of(of, openPersonal(of.sealed, sealer)) })),
  );
  return without.length;
}
