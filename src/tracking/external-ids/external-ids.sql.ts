import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';

/** An id under which a client of another service knows a parcel. */
export type ExternalId = Row<
  'external_ids',
  'externalId' | 'shipmentId' | 'createdAtMs' | 'deletedAtMs'
>;

const COLUMNS = 'external_id, shipment_id, created_at, deleted_at';

/** A service's id to be stored for a parcel. */
interface NewExternalId {
  /** `easypost`, `aftership` */
  readonly service: string;
  readonly externalId: string;
  readonly shipmentId: string;
}

/**
 * Stores an id of the current tenant. Returns false, and changes nothing, when the tenant already
 * has it for the service.
 */
export function insertExternalId(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  { service, externalId, shipmentId }: NewExternalId,
  nowMs: number,
): Promise<boolean> {
  return queryAny(tx, {
    name: 'insert_external_id',
    text: `insert into external_ids (merchant_id, mode, service, external_id, shipment_id, created_at)
           values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0)) on conflict do nothing`,
    values: [merchantId, mode, service, externalId, shipmentId, nowMs],
  });
}

/** Stores ids of the current tenant in one statement; those that it already has stay. */
export async function insertExternalIds(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  service: string,
  ids: readonly Pick<ExternalId, 'externalId' | 'shipmentId' | 'createdAtMs'>[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'insert_external_ids',
    text: `insert into external_ids (merchant_id, mode, service, external_id, shipment_id, created_at)
           select $1, $2, $3, n.external_id, n.shipment_id, to_timestamp(n.at_ms / 1000.0)
           from unnest($4::text[], $5::uuid[], $6::bigint[]) n (external_id, shipment_id, at_ms)
           on conflict do nothing`,
    values: [
      ...[merchantId, mode, service],
      ids.map(({ externalId }) => externalId),
      ids.map(({ shipmentId }) => shipmentId),
      ids.map(({ createdAtMs }) => createdAtMs),
    ],
  });
}

/**
 * Marks an id as deleted at its service, whether it has been stored before or not: a parcel's own
 * UUID has no row until then.
 */
export async function deleteExternalId(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  { service, externalId, shipmentId }: NewExternalId,
  nowMs: number,
): Promise<void> {
  await tx.query({
    name: 'delete_external_id',
    text: `insert into external_ids (merchant_id, mode, service, external_id, shipment_id,
                                     created_at, deleted_at)
           values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), to_timestamp($6 / 1000.0))
           on conflict (merchant_id, mode, service, external_id) do update
           set deleted_at = coalesce(external_ids.deleted_at, excluded.deleted_at)`,
    values: [merchantId, mode, service, externalId, shipmentId, nowMs],
  });
}

/** Returns an id of the current tenant, deleted or not; null: it has no row. */
export async function externalId(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  service: string,
  id: string,
): Promise<ExternalId | null> {
  return queryRow<ExternalId>(tx, {
    name: 'external_id',
    text: `select ${COLUMNS} from external_ids
           where merchant_id = $1 and mode = $2 and service = $3 and external_id = $4`,
    values: [merchantId, mode, service, id],
  });
}

/** Returns those ids of the current tenant that have a row, deleted or not, in any order. */
export async function externalIds(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  service: string,
  ids: readonly string[],
): Promise<ExternalId[]> {
  if (ids.length === 0) return [];
  return queryRows<ExternalId>(tx, {
    name: 'external_ids',
    text: `select ${COLUMNS} from external_ids
           where merchant_id = $1 and mode = $2 and service = $3 and external_id = any($4::text[])`,
    values: [merchantId, mode, service, ids],
  });
}

/** Returns the ids that a service has for parcels of the current tenant, newest first. */
export async function externalIdsOf(
  tx: Queryable,
  service: string,
  shipmentIds: readonly string[],
): Promise<ExternalId[]> {
  if (shipmentIds.length === 0) return [];
  return queryRows<ExternalId>(tx, {
    name: 'external_ids_of',
    text: `select ${COLUMNS} from external_ids
           where shipment_id = any($1::uuid[]) and service = $2
           order by created_at desc, external_id desc`,
    values: [shipmentIds, service],
  });
}

/** A service whose ids of parcels are a prefix and the digits of their UUIDs. */
export interface DerivedIds {
  readonly service: string;
  readonly prefix: string;
}

/**
 * Returns SQL for whether the id derived from shipment `s` leads to it: it was not deleted at the
 * service, and the shipment did not come from there with another id. The `limit 1` prevents a join,
 * which would read all ids of the service for each page.
 */
export function derivedIdLeads(service: string, prefix: string): string {
  return `(select true from external_ids x
           where x.shipment_id = s.id and x.service = ${service}::text
             and (x.created_at <= s.created_at
                  or x.external_id = ${prefix}::text || replace(s.id::text, '-', ''))
           limit 1) is null`;
}

/** A page of a service's ids. */
interface ExternalIdPage {
  /** Of parcels of these carriers; null: of any. */
  readonly carriers: readonly string[] | null;
  /** The last id of the page before; null: from the newest. */
  readonly before: { readonly atMs: number; readonly externalId: string } | null;
  readonly limit: number;
}

/** Returns the ids of the current tenant that a service has not deleted, newest first. */
export async function externalIdsBefore(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  service: string,
  { carriers, before, limit }: ExternalIdPage,
): Promise<ExternalId[]> {
  return queryRows<ExternalId>(tx, {
    name: 'external_ids_before',
    text: `select e.external_id, e.shipment_id, e.created_at, e.deleted_at
           from external_ids e join shipments s on s.id = e.shipment_id
           where e.merchant_id = $1 and e.mode = $2 and e.service = $3 and e.deleted_at is null
             and (e.created_at, e.external_id)
               < (coalesce(to_timestamp($4::float8 / 1000.0), 'infinity'), $5::text)
             and ($6::text[] is null or s.carrier = any($6)) and s.deleted_at is null
           order by e.created_at desc, e.external_id desc limit $7`,
    values: [
      ...[merchantId, mode, service, before?.atMs ?? null, before?.externalId ?? ''],
      ...[carriers, limit],
    ],
  });
}
