import type { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import {
  type CsvFault,
  checkFacility,
  type Facilities,
  type Facility,
  type FacilityDetails,
  facilityMembers,
  OWN_FACILITIES_MAX,
  readFacilityCsv,
} from '../../../intake/index.ts';
import { type ErrorItem, type ErrorText, Problem } from '../../../kernel/errors.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { MerchantCall } from '../../kit/merchant-route.ts';
import { readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import {
  facility,
  facilityChange,
  facilityFilter,
  facilityImport,
  facilityImportOptions,
  facilityPage,
  newFacility,
} from './schema.ts';

/**
 * The registry of buildings for a merchant: its own can be changed, the installation's only read.
 */
/**
 * About five thousand lines. Larger registries are split into several files, or loaded by the
 * operator.
 */
const CSV_BYTES_MAX = 1_048_576;

export const facilities = resource(
  { noun: 'facility', tag: 'Facilities' },
  {
    create: {
      id: 'createFacility',
      method: 'POST',
      path: '/facilities',
      summary: 'Add a facility',
      description:
        "Used for your shipments of this mode, before the installation's facilities, from the next report on. Times already received do not change.",
      scope: 'accounts:write',
      body: newFacility,
      answers: { 201: { description: 'Added.', schema: facility } },
      example: {
        carrier: 'carrier-id',
        code: 'M1',
        name: 'Memphis Hub',
        type: 'hub',
        city: 'Memphis',
        region: 'TN',
        country: 'US',
        time_zone: 'America/Chicago',
      },
    },
    importCsv: {
      id: 'importFacilities',
      method: 'POST',
      path: '/facilities/import',
      summary: 'Import facilities from a CSV file',
      description:
        'A facility with the same carrier and code is replaced. One bad line rejects the whole file, unless you send `partial`.',
      scope: 'accounts:write',
      query: facilityImportOptions,
      text: {
        mediaType: 'text/csv',
        bytesMax: CSV_BYTES_MAX,
        description:
          'A header, then one line per facility. Only `code` is required. Columns: code, name, carrier, type, city, region, postal_code, country, lat, lng, time_zone, aliases (separated by |).',
        example: 'code,name,type,city,region,country\nM1,Memphis Hub,hub,Memphis,TN,US\n',
      },
      answers: { 200: { description: 'The result for the lines.', schema: facilityImport } },
    },
    list: {
      id: 'listFacilities',
      method: 'GET',
      path: '/facilities',
      summary: 'List facilities',
      description: "Your own and the installation's, oldest first.",
      scope: 'accounts:read',
      query: facilityFilter,
      shed: {},
      answers: { 200: { description: 'One page.', schema: facilityPage } },
    },
    get: {
      id: 'getFacility',
      method: 'GET',
      path: '/facilities/:id',
      summary: 'Get a facility',
      scope: 'accounts:read',
      answers: { 200: { description: 'The facility.', schema: facility } },
    },
    update: {
      id: 'updateFacility',
      method: 'PATCH',
      path: '/facilities/:id',
      summary: 'Update one of your facilities',
      scope: 'accounts:write',
      body: facilityChange,
      answers: { 200: { description: 'The changed facility.', schema: facility } },
      example: { time_zone: 'America/Chicago', aliases: ['Memphis Superhub'] },
    },
    remove: {
      id: 'deleteFacility',
      method: 'DELETE',
      path: '/facilities/:id',
      summary: 'Remove one of your facilities',
      description: 'Times already received with its zone keep it.',
      scope: 'accounts:write',
      answers: { 204: { description: 'Removed.' } },
    },
  },
  ({ facilities, adapters }: { readonly facilities: Facilities; readonly adapters: Registry }) => ({
    create: async ({ tenant, body }) => {
      const details = checkedDetails(adapters, newDetails(body));
      const made = await facilities.create(tenant, details);
      if (made.kind === 'exists') throw existsProblem(made.id);
      if (made.kind === 'full') throw tooManyProblem(made.max);
      return { status: 201, body: facilityJson(made.facility) };
    },
    importCsv: (call) => importCsv(facilities, adapters, call),
    list: async ({ tenant, query }) => {
      if (query.carrier !== undefined) namedCarrier(adapters, query.carrier, '?carrier');
      const filter = {
        carrier: query.carrier ?? null,
        country: query.country ?? null,
        type: query.type ?? null,
        source: query.source ?? null,
        called: query.called ?? null,
      };
      const body = await readPageById(
        'facilities',
        tenant,
        query,
        (after, limit) => facilities.list(tenant, filter, { after, limit }),
        facilityJson,
      );
      return { status: 200, body };
    },
    get: async ({ tenant, param, found }) => ({
      status: 200,
      body: facilityJson(found(await facilities.find(tenant, param('id')))),
    }),
    update: async ({ tenant, param, body, missing }) => {
      const done = await facilities.patch(tenant, param('id'), (facility) =>
        checkedDetails(adapters, patchedDetails(facility, body)),
      );
      if (done.kind === 'absent') throw missing();
      if (done.kind === 'shared') throw notYoursProblem();
      if (done.kind === 'exists') throw existsProblem(done.id);
      return { status: 200, body: facilityJson(done.facility) };
    },
    remove: async ({ tenant, param, missing }) => {
      const done = await facilities.remove(tenant, param('id'));
      if (done === 'absent') throw missing();
      if (done === 'shared') throw notYoursProblem();
      return { status: 204 };
    },
  }),
);

async function importCsv(
  facilities: Facilities,
  adapters: Registry,
  { tenant, query, text }: MerchantCall<{ query: typeof facilityImportOptions }>,
) {
  const { carrier = null } = query;
  if (carrier !== null) namedCarrier(adapters, carrier, '?carrier');
  const read = readFacilityCsv(text, {
    carrier,
    isCarrier: (name) => adapters.get(name) !== undefined,
    rowsMax: OWN_FACILITIES_MAX,
  });
  if (read.faultCount > 0 && (query.partial !== 'true' || read.facilities.length === 0)) {
    throw refusedFile(read.faults, read.faultCount);
  }
  const dryRun = query.dry_run === 'true';
  const all = read.facilities.map(({ details }) => details);
  const done = await facilities.import(tenant, all, { dryRun });
  if (done.kind === 'full') throw tooManyProblem(done.max);
  return {
    status: 200,
    body: {
      rows: read.rowCount,
      created: done.created,
      updated: done.updated,
      unchanged: done.unchanged,
      rejected: read.rowCount - read.facilities.length,
      dry_run: dryRun,
      errors: read.faults.map(englishItem),
    },
  };
}

function refusedFile(faults: readonly CsvFault[], count: number): Problem {
  const errors = faults.map(({ line, column, reason, fix }): ErrorItem => {
    return { pointer: column === null ? `line ${line}` : `line ${line}, ${column}`, reason, fix };
  });
  const { pointer = '', reason = 'values.unusable' } = errors[0] ?? {};
  const values = { count, pointer, reason: { text: reason } };
  return new Problem('invalid', { 'facilities.fileRefused': values }, { errors });
}

function newDetails(sent: z.output<typeof newFacility>): FacilityDetails {
  return {
    carrier: sent.carrier ?? null,
    code: sent.code,
    name: sent.name ?? sent.code,
    type: sent.type ?? 'other',
    city: sent.city ?? null,
    region: sent.region ?? null,
    postalCode: sent.postal_code ?? null,
    country: sent.country ?? null,
    lat: sent.lat ?? null,
    lng: sent.lng ?? null,
    timeZone: sent.time_zone ?? null,
    aliases: sent.aliases ?? [],
  };
}

/** Returns the details after the change: null clears a member, absent members stay unchanged. */
function patchedDetails(known: Facility, sent: z.output<typeof facilityChange>): FacilityDetails {
  const or = <T>(next: T | null | undefined, before: T | null) =>
    next === undefined ? before : next;
  return {
    carrier: or(sent.carrier, known.carrier),
    code: sent.code ?? known.code,
    name: sent.name ?? known.name,
    type: sent.type ?? known.type,
    city: or(sent.city, known.city),
    region: or(sent.region, known.region),
    postalCode: or(sent.postal_code, known.postalCode),
    country: or(sent.country, known.country),
    lat: or(sent.lat, known.lat),
    lng: or(sent.lng, known.lng),
    timeZone: or(sent.time_zone, known.timeZone),
    aliases: sent.aliases ?? known.aliases,
  };
}

/** Returns the details; throws a 422 if the members do not fit together, which no schema checks. */
function checkedDetails(adapters: Registry, details: FacilityDetails): FacilityDetails {
  if (details.carrier !== null) namedCarrier(adapters, details.carrier);
  const [fault] = checkFacility(details);
  if (fault !== undefined) throw invalidMember(`/${fault.member}`, fault.reason, fault.fix);
  return details;
}

function notYoursProblem(): Problem {
  const detail = 'facilities.installationFacilityReadOnly';
  return new Problem('forbidden', detail);
}

function existsProblem(id: string): Problem {
  const detail: ErrorText = { 'facilities.facilityAlreadyExists': { id } };
  return new Problem('conflict', detail);
}

function tooManyProblem(max: number): Problem {
  return new Problem('conflict', { 'facilities.tooManyFacilities': { max } });
}

/** Leaves out parcel counts, which would reveal other merchants' volumes. */
function facilityJson(facility: Facility) {
  const { id, ...members } = facilityMembers(facility);
  return {
    id,
    scope: facility.owner === null ? 'deployment' : 'merchant',
    ...members,
    created_at: iso(facility.createdAtMs),
    updated_at: iso(facility.updatedAtMs),
  };
}
