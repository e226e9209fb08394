import type pg from 'pg';
import { ALL_OBSERVATIONS } from '../../../src/tracking/test-observations.ts';
import type { LoadedParcel } from './role-load.ts';

/** Wire ids may have a prefix, and have no dashes. */
export function uuidOf(id: string): string {
  const digits = id.replace(/^[a-z]+_/, '').replaceAll('-', '');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Local times of a parcel's scans that are facts, with the number of facts for each. */
export async function factsByClock(
  db: Pick<pg.Client, 'query'>,
  id: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ local: string; facts: number }>(
    `select left(local, 19) as local, count(distinct identity)::int as facts
     from ${ALL_OBSERVATIONS} o where shipment_id = $1 and source = 'webhook' group by 1`,
    [uuidOf(id)],
  );
  return new Map(rows.map(({ local, facts }) => [local, facts]));
}

/** For these parcels the acknowledged scans that are not facts, and those that are several. */
export async function lostAndDoubled(
  db: Pick<pg.Client, 'query'>,
  parcels: readonly LoadedParcel[],
): Promise<{ readonly lost: readonly string[]; readonly doubled: readonly string[] }> {
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const { id, number, acknowledged } of parcels) {
    const facts = await factsByClock(db, id);
    for (const local of acknowledged) if (!facts.has(local)) lost.push(`${number} ${local}`);
    for (const [local, count] of facts) if (count !== 1) doubled.push(`${number} ${local}`);
  }
  return { lost, doubled };
}
