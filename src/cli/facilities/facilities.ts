import {
  createFacilities,
  FACILITY_SOURCES,
  FACILITY_TYPES,
  type Facility,
  facilityMembers,
} from '../../intake/index.ts';
import { countryOfName } from '../../kernel/places/country-names.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

export interface FacilitiesListOptions {
  readonly carrier: string | null;
  readonly country: string | null;
  readonly type: string | null;
  readonly source: string | null;
  readonly called: string | null;
  readonly limit: number;
  readonly json: boolean;
}

const UNUSABLE = 2;
/** Page size; a list of any length is read page by page. */
const PAGE = 500;

/**
 * Runs `waybill facilities list`: the deployment's own, oldest first, one line each, or one JSON
 * line each.
 */
export async function facilitiesList(
  env: NodeJS.ProcessEnv,
  options: FacilitiesListOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  const type = FACILITY_TYPES.find((each) => each === options.type) ?? null;
  const source = FACILITY_SOURCES.find((each) => each === options.source) ?? null;
  if (type === null && options.type !== null) {
    writeError(`Unknown type "${options.type}"; expected one of ${FACILITY_TYPES.join(', ')}.`);
    return UNUSABLE;
  }
  if (source === null && options.source !== null) {
    writeError(
      `Unknown source "${options.source}"; expected one of ${FACILITY_SOURCES.join(', ')}.`,
    );
    return UNUSABLE;
  }
  const country = options.country && (countryOfName(options.country) ?? options.country);
  const { carrier, called } = options;
  return withDatabase(env, async ({ database: db, clock, randomBytes }) => {
    const facilities = createFacilities({ db, clock, randomBytes });
    let after: string | null = null;
    let shown = 0;
    while (shown < options.limit) {
      const limit = Math.min(PAGE, options.limit - shown);
      const filter = { carrier, country, type, source, called };
      const page = await facilities.list(null, filter, { after, limit });
      for (const each of page) write(options.json ? JSON.stringify(json(each)) : line(each));
      shown += page.length;
      after = page.at(-1)?.id ?? null;
      if (page.length < limit) break;
    }
    if (shown === 0 && !options.json) write('There is no such facility.');
    return 0;
  });
}

/**
 * Runs `waybill facilities remove ID…` on the deployment's own; times that were received keep their
 * zone.
 */
export async function facilitiesRemove(
  env: NodeJS.ProcessEnv,
  ids: readonly string[],
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db, clock, randomBytes }) => {
    const facilities = createFacilities({ db, clock, randomBytes });
    let missing = 0;
    for (const id of ids) {
      if ((await facilities.remove(null, id)) === 'removed') {
        write(`Removed ${id}.`);
      } else {
        missing += 1;
        writeError(`${id} is not a facility of the hub; see \`waybill facilities list\`.`);
      }
    }
    return missing > 0 ? 1 : 0;
  });
}

function json(facility: Facility) {
  return {
    ...facilityMembers(facility),
    parcels: facility.parcels,
    first_seen_at: isoOrNull(facility.firstSeenMs),
    last_seen_at: isoOrNull(facility.lastSeenMs),
  };
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function line(facility: Facility): string {
  const { id, carrier, code, name, type, city, region, country, zone, source } = facility;
  const where = [city, region, country].filter(Boolean).join(', ') || '-';
  const what = name === code ? code : `${code} (${name})`;
  return [id, carrier ?? 'any', what, type, where, zone ?? 'no zone', source].join('  ');
}
