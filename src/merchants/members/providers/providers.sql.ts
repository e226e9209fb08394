import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';

export interface ProviderRow {
  readonly id: string;
  readonly merchantId: string;
  readonly merchant: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string | null;
  readonly clientSecret: Buffer | null;
  readonly vouches: boolean;
  readonly changedAtMs: number;
}

const COLUMNS =
  'p.id, p.merchant_id, c.name as merchant, p.name, p.issuer, p.client_id, p.client_secret, p.vouches, p.changed_at';
const FROM = 'identity_providers p join merchants c on c.id = p.merchant_id';

/** Returns a provider by id, of any merchant. */
export async function providerById(db: Queryable, id: string): Promise<ProviderRow | null> {
  return queryRow<ProviderRow>(db, `select ${COLUMNS} from ${FROM} where p.id = $1`, [id]);
}

/** Returns a merchant's providers, the oldest first. */
export async function providersOf(db: Queryable, merchantId: string): Promise<ProviderRow[]> {
  return queryRows<ProviderRow>(
    db,
    `select ${COLUMNS} from ${FROM} where p.merchant_id = $1 order by p.created_at, p.id`,
    [merchantId],
  );
}

/** Returns the providers of the merchant with this slug. */
export async function providersBySlug(db: Queryable, slug: string): Promise<ProviderRow[]> {
  return queryRows<ProviderRow>(
    db,
    `select ${COLUMNS} from ${FROM} where c.slug = $1 order by p.created_at, p.id`,
    [slug],
  );
}

/**
 * Returns all providers if there is only one merchant, and none if there are several; and whether
 * there are any.
 */
export async function providersOfOnlyMerchant(
  db: Queryable,
): Promise<{ readonly providers: ProviderRow[]; readonly hasAny: boolean }> {
  const rows = await queryRows<ProviderRow & { isOnly: boolean }>(
    db,
    `select ${COLUMNS}, (select count(*) from (select from merchants limit 2) m) = 1 as is_only
     from ${FROM} where p.client_id is not null order by p.created_at, p.id limit 20`,
  );
  return { providers: rows.filter(({ isOnly }) => isOnly), hasAny: rows.length > 0 };
}

/** Adds a provider; false if the merchant has one with this issuer, or the most allowed. */
export async function insertProvider(
  tx: Queryable,
  provider: {
    readonly id: string;
    readonly merchantId: string;
    readonly name: string;
    readonly issuer: string;
  },
  nowMs: number,
  max: number,
): Promise<boolean> {
  const { id, merchantId, name, issuer } = provider;
  const { rowCount } = await tx.query(
    `insert into identity_providers (id, merchant_id, name, issuer, created_at, changed_at)
     select $1, $2, $3, $4, to_timestamp($5 / 1000.0), to_timestamp($5 / 1000.0)
     where (select count(*) from identity_providers where merchant_id = $2) < $6
     on conflict (merchant_id, issuer) do nothing`,
    [id, merchantId, name, issuer, nowMs, max],
  );
  return rowCount === 1;
}

/** Changes a provider; undefined members stay unchanged. */
export async function updateProvider(
  db: Queryable,
  provider: {
    readonly id: string;
    readonly merchantId: string;
    readonly name: string | undefined;
    readonly clientId: string | undefined;
    readonly clientSecret: Uint8Array | null | undefined;
    readonly vouches: boolean | undefined;
  },
  nowMs: number,
): Promise<boolean> {
  const { id, merchantId, name, clientId, clientSecret, vouches } = provider;
  const { rowCount } = await db.query(
    `update identity_providers set name = coalesce($3, name), client_id = coalesce($4, client_id),
       vouches = coalesce($5, vouches),
       client_secret = case when $6 then client_secret else $7 end,
       changed_at = to_timestamp($8 / 1000.0)
     where id = $1 and merchant_id = $2`,
    [
      ...[id, merchantId, name ?? null, clientId ?? null, vouches ?? null],
      ...[clientSecret === undefined, clientSecret ?? null, nowMs],
    ],
  );
  return rowCount === 1;
}

/** Deletes a provider with its connections, and the sessions opened with it. */
export async function deleteProvider(
  db: Queryable,
  merchantId: string,
  id: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'delete from identity_providers where id = $1 and merchant_id = $2',
    [id, merchantId],
  );
  return rowCount === 1;
}
