import { withTransaction } from '../../platform/database/database.ts';
import { type MembersDeps, newId } from '../members/members-deps.ts';
import { deleteView, putView, type ViewMaker, type ViewRow, viewsFor } from './views.sql.ts';

/** A named view of the parcels. `query` is the query of the page's URL. */
export type DeskView = ViewRow;

/** More views than anybody can use. */
export const VIEWS_MAX = 50;

/** Returns the caller's views and those that colleagues share, by name. */
export function listViews(
  { db }: MembersDeps,
  merchantId: string,
  maker: ViewMaker,
): Promise<readonly DeskView[]> {
  return viewsFor(db.pipeline, merchantId, maker);
}

/**
 * Stores a view, replacing the caller's view of that name. False: the caller has {@link VIEWS_MAX}
 * already.
 */
export function saveView(
  deps: MembersDeps,
  merchantId: string,
  maker: ViewMaker,
  view: Pick<DeskView, 'name' | 'query' | 'shared'>,
): Promise<boolean> {
  const stored = { ...view, id: newId(deps) };
  const bounds = { most: VIEWS_MAX, nowMs: deps.clock.nowMs() };
  return withTransaction(deps.db.pipeline, (tx) => putView(tx, merchantId, maker, stored, bounds));
}

/**
 * Removes a view of the caller's, or with `anyShared` one that a colleague shares; false if there
 * is none.
 */
export function removeView(
  { db }: MembersDeps,
  merchantId: string,
  maker: ViewMaker,
  { id, anyShared }: { readonly id: string; readonly anyShared: boolean },
): Promise<boolean> {
  return deleteView(db.pipeline, merchantId, maker, id, anyShared);
}
