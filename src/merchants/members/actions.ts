import type { Mode, Tenant } from '../../kernel/tenant.ts';
import { actionsOf, insertAction } from './actions.sql.ts';
import type { MemberSession } from './member-sessions.ts';
import { type MembersDeps, newId, openPerson, userBoundTo } from './members-deps.ts';

/** Something that somebody did at the desk. */
export interface MemberAction {
  readonly id: string;
  readonly mode: Mode;
  /** As they are called now; null: a member who is gone. */
  readonly who: string | null;
  /** The id of the page's or form's operation. */
  readonly action: string;
  /** What it was done to. */
  readonly subject: string | null;
  readonly atMs: number;
}

export async function noteAction(
  deps: MembersDeps,
  tenant: Tenant,
  actor: Pick<MemberSession['actor'], 'kind' | 'id'>,
  { action, subject }: { readonly action: string; readonly subject: string | null },
): Promise<void> {
  const row = { id: newId(deps), actor: actor.kind, actor_id: actor.id, action, subject };
  await insertAction(deps.db.pipeline, tenant, row, deps.clock.nowMs());
}

/** The newest of a merchant, in both modes. */
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
    atMs: row.happened_at.getTime(),
  }));
}

function whoOf(deps: MembersDeps, row: Awaited<ReturnType<typeof actionsOf>>[number]) {
  if (row.actor !== 'user') return 'the first key, on the machine itself';
  const { personal, actor_id: id } = row;
  return personal === null || id === null ? null : openPerson(deps, personal, userBoundTo(id)).name;
}
