import type { Mode } from '../../kernel/tenant.ts';
import { tenantsOfUser } from '../demo/demo.sql.ts';
import type { MemberSession } from './member-sessions.ts';
import { merchantsOfOperators, setMembershipMode } from './members.sql.ts';
import { type Membership, toMembership } from './members.ts';
import { type MembersDeps, tokenHash } from './members-deps.ts';
import { setSessionTenant } from './sessions.sql.ts';

/**
 * Returns the merchants that somebody may look at: their memberships and the demo; to operators also
 * the first of all merchants, or the one with this id or slug.
 */
export async function tenantsOf(
  { db }: Pick<MembersDeps, 'db'>,
  { actor, power, way, tenant }: Pick<MemberSession, 'actor' | 'power' | 'way' | 'tenant'>,
  named: string | null = null,
): Promise<readonly Membership[]> {
  const own = actor.kind === 'user' ? await tenantsOfUser(db.pipeline, actor.id) : [];
  const all = power === null ? [] : await merchantsOfOperators(db.pipeline, named);
  const ids = new Set(own.map(({ merchantId }) => merchantId));
  const rows = [...own, ...all.filter(({ merchantId }) => !ids.has(merchantId))];
  // A merchant's provider authenticates users for that merchant only.
  return rows
    .filter(({ merchantId }) => way.kind !== 'provider' || merchantId === tenant.merchantId)
    .map(toMembership);
}

/** Switches to a merchant, by id or slug, or to the other mode. False: they may not look at it. */
export async function switchTenant(
  deps: MembersDeps,
  token: string,
  session: MemberSession,
  { merchant, mode }: { readonly merchant: string; readonly mode: Mode },
): Promise<boolean> {
  const hash = tokenHash(token);
  if (hash === null) return false;
  const { actor } = session;
  const all = await tenantsOf(deps, session, merchant);
  const found = all.find(({ tenant, slug }) => [tenant.merchantId, slug].includes(merchant));
  if (found === undefined) return false;
  const { merchantId } = found.tenant;
  if (actor.kind === 'user') {
    await setMembershipMode(deps.db.pipeline, actor.id, merchantId, mode);
  }
  return setSessionTenant(deps.db.pipeline, hash, { merchantId, mode });
}
