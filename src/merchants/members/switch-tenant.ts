import type { Mode } from '../../kernel/tenant.ts';
import { tenantsOfKey, tenantsOfUser } from '../demo/demo.sql.ts';
import type { MemberSession } from './member-sessions.ts';
import { setMembershipMode } from './members.sql.ts';
import { type Membership, toMembership } from './members.ts';
import { type MembersDeps, tokenHash } from './members-deps.ts';
import { setSessionTenant } from './sessions.sql.ts';

/** Returns the merchants that a member may look at: their memberships, and the demo. */
export async function tenantsOf(
  { db }: Pick<MembersDeps, 'db'>,
  { actor, way, tenant }: Pick<MemberSession, 'actor' | 'way' | 'tenant'>,
): Promise<readonly Membership[]> {
  const rows = await (actor.kind === 'key' ? tenantsOfKey : tenantsOfUser)(db.pipeline, actor.id);
  // A merchant's provider authenticates users for that merchant only.
  return rows
    .filter(({ merchantId }) => way.kind !== 'provider' || merchantId === tenant.merchantId)
    .map(toMembership);
}

/** Switches to another merchant, or to the other mode. False: they are not a member. */
export async function switchTenant(
  deps: MembersDeps,
  token: string,
  session: MemberSession,
  to: { readonly merchantId: string; readonly mode: Mode },
): Promise<boolean> {
  const hash = tokenHash(token);
  if (hash === null) return false;
  const { actor } = session;
  const all = await tenantsOf(deps, session);
  if (!all.some(({ tenant }) => tenant.merchantId === to.merchantId)) return false;
  if (actor.kind === 'user') {
    await setMembershipMode(deps.db.pipeline, actor.id, to.merchantId, to.mode);
  }
  await setSessionTenant(deps.db.pipeline, hash, to);
  return true;
}
