import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryRow,
  queryRows,
  queryValue,
} from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import type { WebhookFormat } from '../deliveries/format.ts';
import type { EndpointFilters } from './endpoint.ts';

export interface EndpointRow
  extends Omit<Rows['webhook_endpoints'], 'removedAtMs' | 'sequence' | 'filters' | 'format'> {
  readonly filters: EndpointFilters;
  readonly format: WebhookFormat;
}

const COLUMNS = `id, merchant_id, mode, sealed, description, events, filters, format, state,
  disabled_reason, disabled_at, paused_until, skip_before, failing_since, failures, last_success_at,
  last_failure_at, last_failure, version, created_at, updated_at`;

export type WrittenEndpoint = Pick<
  EndpointRow,
  'id' | 'sealed' | 'description' | 'events' | 'filters' | 'state' | 'disabledReason'
> &
  Partial<Pick<EndpointRow, 'skipBeforeMs'>>;

/**
 * Inserts an endpoint. Returns null, and writes nothing, when the tenant already has `endpointsMax`
 * endpoints. Call `countChange` before.
 */
export async function insertEndpoint(
  tx: Queryable,
  tenant: Tenant,
  row: WrittenEndpoint & Pick<EndpointRow, 'format'>,
  nowMs: number,
  endpointsMax: number,
): Promise<EndpointRow | null> {
  return queryRow<EndpointRow>(
    tx,
    `insert into webhook_endpoints (id, merchant_id, mode, sealed, description, events, filters,
       created_at, updated_at, format)
     select $1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0), to_timestamp($8 / 1000.0), $10
     where (select count(*) from webhook_endpoints
            where merchant_id = $2 and mode = $3 and removed_at is null) < $9
     returning ${COLUMNS}`,
    [
      row.id,
      tenant.merchantId,
      tenant.mode,
      row.sealed,
      row.description,
      row.events,
      JSON.stringify(row.filters),
      nowMs,
      endpointsMax,
      row.format,
    ],
  );
}

/** Lists the endpoints that the current role may see, oldest first. */
export async function visibleEndpoints(
  tx: Queryable,
  after: string | null,
  limit: number,
  format: WebhookFormat | null,
): Promise<EndpointRow[]> {
  return queryRows<EndpointRow>(
    tx,
    `select ${COLUMNS} from webhook_endpoints
     where removed_at is null and ($1::uuid is null or id > $1)
       and ($3::text is null or format = $3) order by id limit $2`,
    [after, limit, format],
  );
}

export async function visibleEndpoint(tx: Queryable, id: string): Promise<EndpointRow | null> {
  return queryRow<EndpointRow>(
    tx,
    `select ${COLUMNS} from webhook_endpoints where id = $1 and removed_at is null`,
    [id],
  );
}

/** Returns an endpoint and locks it until the transaction ends. */
export async function endpointForChange(tx: Queryable, id: string): Promise<EndpointRow | null> {
  return queryRow<EndpointRow>(
    tx,
    `select ${COLUMNS} from webhook_endpoints where id = $1 and removed_at is null
     for no key update`,
    [id],
  );
}

/**
 * Writes the members of an endpoint that a merchant may change. `resetsFailures` also ends a pause.
 */
export async function updateEndpoint(
  tx: Queryable,
  row: WrittenEndpoint,
  nowMs: number,
  resetsFailures: boolean,
): Promise<EndpointRow | null> {
  return queryRow<EndpointRow>(
    tx,
    `update webhook_endpoints
     set sealed = $2, description = $3, events = $4, filters = $5, state = $6,
         disabled_reason = $7,
         disabled_at = case when $6 = 'active' then null
                            else coalesce(disabled_at, to_timestamp($8 / 1000.0)) end,
         paused_until = case when $9 then null else paused_until end,
         failing_since = case when $9 then null else failing_since end,
         failures = case when $9 then 0 else failures end,
         skip_before = to_timestamp($10::float8 / 1000.0),
         version = version + 1, updated_at = to_timestamp($8 / 1000.0)
     where id = $1 returning ${COLUMNS}`,
    [
      row.id,
      row.sealed,
      row.description,
      row.events,
      JSON.stringify(row.filters),
      row.state,
      row.disabledReason,
      nowMs,
      resetsFailures,
      row.skipBeforeMs ?? null,
    ],
  );
}

/**
 * Marks an endpoint as removed; its rows are deleted later, in batches. Returns false when there is
 * no such endpoint.
 */
export function markRemoved(tx: Queryable, id: string, nowMs: number): Promise<boolean> {
  return queryAny(
    tx,
    `update webhook_endpoints
     set removed_at = to_timestamp($2 / 1000.0), version = version + 1,
         updated_at = to_timestamp($2 / 1000.0)
     where id = $1 and removed_at is null`,
    [id, nowMs],
  );
}

/**
 * Notifies listeners of a changed endpoint after the commit, so that they drop what they have
 * cached of it.
 */
export async function announceEndpoint(tx: Queryable, channel: string, id: string): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [channel, id]);
}

/**
 * Serializes changes to the tenant's endpoints and invalidates its cached endpoints. Called first
 * in the transaction.
 */
export async function countChange(tx: Queryable, tenant: Tenant): Promise<void> {
  await tx.query(
    `insert into webhook_tenants (merchant_id, mode, generation) values ($1, $2, 1)
     on conflict (merchant_id, mode) do update set generation = webhook_tenants.generation + 1`,
    [tenant.merchantId, tenant.mode],
  );
}

/**
 * How often the endpoints of each of these tenants have changed. A tenant that never had an
 * endpoint is absent.
 */
export async function generationsOf(
  db: Queryable,
  tenants: readonly Tenant[],
): Promise<(Tenant & { readonly generation: string })[]> {
  return queryRows<{ merchantId: string; mode: Mode; generation: string }>(db, {
    name: 'webhook_generations',
    text: `select merchant_id, mode, generation from webhook_tenants
           join unnest($1::uuid[], $2::text[]) as t(merchant_id, mode) using (merchant_id, mode)`,
    values: [tenants.map(({ merchantId }) => merchantId), tenants.map(({ mode }) => mode)],
  });
}

/** The part of an endpoint that events are matched against. */
export type WantedEndpoint = Pick<
  EndpointRow,
  'id' | 'events' | 'filters' | 'format' | 'state' | 'disabledAtMs'
>;

/** All endpoints of a tenant, including disabled ones. For the pipeline's role. */
export async function endpointsOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<WantedEndpoint[]> {
  return queryRows<WantedEndpoint>(db, {
    name: 'webhook_subscribers',
    text: `select id, events, filters, format, state, disabled_at from webhook_endpoints
           where merchant_id = $1 and mode = $2 and removed_at is null order by id`,
    values: [merchantId, mode],
  });
}

/** Endpoints of any merchant by id, without removed ones. For the pipeline's role. */
export async function endpointsById(db: Queryable, ids: readonly string[]): Promise<EndpointRow[]> {
  return queryRows<EndpointRow>(db, {
    name: 'webhook_endpoints_by_id',
    text: `select ${COLUMNS} from webhook_endpoints where id = any($1::uuid[]) and removed_at is null`,
    values: [ids],
  });
}

/**
 * Marks an endpoint as disabled. Returns the sequence of the event to log; null: another process
 * was faster, or the endpoint was removed or changed since that version.
 */
export function markDisabled(
  tx: Queryable,
  { id, version }: { readonly id: string; readonly version: number },
  reason: string,
  nowMs: number,
): Promise<number | null> {
  return queryValue<number>(
    tx,
    `update webhook_endpoints
     set state = 'disabled', disabled_reason = $2, disabled_at = to_timestamp($3 / 1000.0),
         sequence = sequence + 1, version = version + 1, updated_at = to_timestamp($3 / 1000.0)
     where id = $1 and version = $4 and state = 'active' and removed_at is null
     returning sequence`,
    [id, reason, nowMs, version],
  );
}
