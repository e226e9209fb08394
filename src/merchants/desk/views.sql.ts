import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryColumn, queryRows } from '../../platform/database/query-rows.ts';

/** The owner of a view: a user, or a key that opens the console. */
export interface ViewMaker {
  readonly kind: 'user' | 'key' | 'api_key';
  readonly id: string;
}

export interface ViewRow {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
  /** Whether it belongs to the caller. */
  readonly mine: boolean;
}

const MINE = 'coalesce(user_id, api_key_id) = $2';

/**
 * Returns the caller's views and those that colleagues share, by name, the caller's first. Needs
 * the pipeline's role.
 */
export async function viewsFor(
  db: Queryable,
  merchantId: string,
  maker: ViewMaker,
): Promise<readonly ViewRow[]> {
  return queryRows<ViewRow>(db, {
    name: 'desk_views_for',
    text: `select id, name, query, shared, ${MINE} as mine from desk_views
           where merchant_id = $1 and (shared or ${MINE}) order by name, mine desc, created_at, id`,
    values: [merchantId, maker.id],
  });
}

/**
 * Stores a view, replacing the caller's view of that name. False: the caller has `most` already.
 * The views of one member are counted and stored one after the other.
 */
export async function putView(
  tx: Queryable,
  merchantId: string,
  maker: ViewMaker,
  view: Pick<ViewRow, 'id' | 'name' | 'query' | 'shared'>,
  { most, nowMs }: { readonly most: number; readonly nowMs: number },
): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `desk_views ${merchantId} ${maker.id}`,
  ]);
  const column = maker.kind === 'user' ? 'user_id' : 'api_key_id';
  return queryAny(
    tx,
    `insert into desk_views (id, merchant_id, ${column}, name, query, shared, created_at)
     select $3::uuid, $1::uuid, $2::uuid, $4::text, $5::text, $6::boolean, to_timestamp($7 / 1000.0)
     where exists (select from desk_views where merchant_id = $1 and ${MINE} and name = $4)
        or (select count(*) from desk_views where merchant_id = $1 and ${MINE}) < $8::int
     on conflict (merchant_id, coalesce(user_id, api_key_id), name)
       do update set query = excluded.query, shared = excluded.shared`,
    [merchantId, maker.id, view.id, view.name, view.query, view.shared, nowMs, most],
  );
}

/**
 * Removes a view of the caller's, or with `anyShared` one that a colleague shares; false if there
 * is none.
 */
export function deleteView(
  db: Queryable,
  merchantId: string,
  maker: ViewMaker,
  id: string,
  anyShared: boolean,
): Promise<boolean> {
  return queryAny(
    db,
    `delete from desk_views where merchant_id = $1 and id = $3 and (${MINE} or (shared and $4))`,
    [merchantId, maker.id, id, anyShared],
  );
}

/** Returns the setup steps that a merchant has skipped. Needs the pipeline's role. */
export function skippedSteps(db: Queryable, merchantId: string): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'setup_skips',
    text: 'select step from setup_skips where merchant_id = $1',
    values: [merchantId],
  });
}

/** Skips a step, or includes it again; repeating it changes nothing. */
export async function skipStep(
  db: Queryable,
  merchantId: string,
  step: string,
  isSkipped: boolean,
): Promise<void> {
  await db.query(
    isSkipped
      ? 'insert into setup_skips (merchant_id, step) values ($1, $2) on conflict do nothing'
      : 'delete from setup_skips where merchant_id = $1 and step = $2',
    [merchantId, step],
  );
}

/** Removes a user's views at a merchant whose member they no longer are. */
export async function deleteViewsOf(
  db: Queryable,
  userId: string,
  merchantId: string,
): Promise<void> {
  await db.query('delete from desk_views where user_id = $1 and merchant_id = $2', [
    userId,
    merchantId,
  ]);
}
