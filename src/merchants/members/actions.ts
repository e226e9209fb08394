import type { Mode, Tenant } from '../../kernel/tenant.ts';
import { actionsOf, insertAction } from './actions.sql.ts';
import type { MemberSession } from './member-sessions.ts';
import { type MembersDeps, newId, openPerson, userBoundTo } from './members-deps.ts';

/** The actor with the current name; null if the member or key no longer exists. */
export type WhoActed =
  | { readonly kind: 'member' | 'api_key'; readonly name: string | null }
  /** The holder of the key that the hub prints at its start, or the user of its command line. */
  | { readonly kind: 'first_key' | 'operator' };

/** Something that somebody did at the desk. */
export interface MemberAction {
  readonly id: string;
  readonly mode: Mode;
  readonly who: WhoActed;
  /** The id of the operation of the page or form. */
  readonly action: string;
  /** The subject of the action. */
  readonly subject: string | null;
  readonly atMs: number;
}

/** The actor: a member at the desk, a program with an API key, or the hub's operator. */
export type Actor =
  | Pick<MemberSession['actor'], 'kind' | 'id'>
  | { readonly kind: 'api_key'; readonly id: string }
  | { readonly kind: 'operator'; readonly id: null };

/** Records an action and its subject in the merchant's audit. */
export async function noteAction(
  deps: Pick<MembersDeps, 'db' | 'clock' | 'randomBytes'>,
  tenant: Tenant,
  actor: Actor,
  { action, subject }: { readonly action: string; readonly subject: string | null },
): Promise<void> {
  const row = { id: newId(deps), actor: actor.kind, actorId: actor.id, action, subject };
  await insertAction(deps.db.pipeline, tenant, row, deps.clock.nowMs());
}

/** Returns a merchant's newest actions, in both modes. */
export async function listActions(
  deps: MembersDeps,
  merchantId: string,
  limit: number,
): Promise<readonly MemberAction[]> {
  return (await actionsOf(deps.db.pipeline, merchantId, limit)).map((row) => ({
    id: row.id,
    mode: row.mode,
    who: whoOf(deps, row),
    action: row.action,
    subject: row.subject,
    atMs: row.happenedAtMs,
  }));
}

function whoOf(deps: MembersDeps, row: Awaited<ReturnType<typeof actionsOf>>[number]): WhoActed {
  const { actor, personal, keyName, actorId: id } = row;
  if (actor === 'key') return { kind: 'first_key' };
  if (actor === 'operator') return { kind: 'operator' };
  if (actor === 'api_key') return { kind: 'api_key', name: keyName };
  const isGone = personal === null || id === null;
  const name = isGone ? null : openPerson(deps, personal, userBoundTo(id)).name;
  return { kind: 'member', name };
}
