import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  changeRole,
  type Invitation,
  invite,
  isRole,
  listActions,
  listInvitations,
  listMembers,
  type Member,
  type MemberAction,
  ROLES,
  type Role,
  withdrawInvitation,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import { Action, Empty, Instant, Table } from '../../console/parts/pieces.tsx';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../desk-route.ts';
import { Fault, Field } from '../entry/pages.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import { DESK } from '../table.ts';
import type { DeskCall, DeskDeps } from '../visit.ts';

const AT = '/console/members';
const ACTIONS_SHOWN = 200;
const NOTICES: Readonly<Record<string, string>> = {
  changed: 'The role has been changed. They must sign in again.',
  removed: 'They are no longer a member and have been signed out.',
  withdrawn: 'The invitation has been withdrawn. Its link no longer works.',
};
const MEANINGS: Readonly<Record<Role, string>> = {
  owner: 'everything, members included',
  support: 'parcels and recipients: find, change, import, export',
  analyst: 'parcels without recipients, and exports',
  developer: 'parcels, API keys and webhooks',
};

interface Shown {
  /** Of an invitation that was just made. */
  readonly link?: string;
  readonly fault?: string;
  /** What stood in the form that was sent. */
  readonly said?: { readonly email: string; readonly role: string };
}

/** Who works for the merchant, and what they did. */
export function memberRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const render = async (call: DeskCall, more: Shown = {}) => {
    const { merchantId } = call.tenant;
    const [people, invitations] = [
      await listMembers(members, merchantId),
      await listInvitations(members, merchantId),
    ];
    return MembersPage({ deps, call, people, invitations, ...more });
  };
  return [
    deskPage(deps, 'readDeskMembers', (call) => render(call)),
    deskForm(deps, 'inviteToDesk', async (call) => {
      const email = (call.form.get('email') ?? '').trim();
      const role = call.form.get('role') ?? '';
      if (!/^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email) || !isRole(role)) {
        const fault = 'Write an email address and choose a role.';
        return { unfit: await render(call, { fault, said: { email, role } }) };
      }
      const { actor } = call.visitor;
      const by = actor.kind === 'user' ? actor.id : null;
      const { id, token } = await invite(members, call.tenant.merchantId, { email, role }, by);
      await call.note(`${role} ${id}`);
      return render(call, { link: `${deps.parts.publicUrl()}/console/join/${token}` });
    }),
    deskForm(deps, 'changeDeskMember', async (call) => {
      const wanted = call.form.get('role') ?? '';
      const role = wanted === 'none' ? null : wanted;
      const id = call.param('id').toLowerCase();
      if (!isUuid(id) || (role !== null && !isRole(role))) throw noSuchMember();
      const outcome = await changeRole(members, call.tenant.merchantId, id, role);
      if (outcome === 'not_found') throw noSuchMember();
      if (outcome === 'last_owner') {
        throw new Problem('conflict', 'A merchant needs at least one owner.', {
          fix: 'Make somebody else an owner first.',
        });
      }
      await call.note(`${role ?? 'none'} ${id}`);
      return { seeOther: `${AT}?done=${role === null ? 'removed' : 'changed'}` };
    }),
    deskForm(deps, 'withdrawDeskInvitation', async (call) => {
      const id = call.param('id');
      const isGone = isUuid(id) && (await withdrawInvitation(members, call.tenant.merchantId, id));
      if (!isGone) throw new Problem('not_found', 'There is no such invitation any more.');
      await call.note(id);
      return { seeOther: `${AT}?done=withdrawn` };
    }),
    deskPage(deps, 'readDeskActions', async (call) => {
      const actions = await listActions(members, call.tenant.merchantId, ACTIONS_SHOWN);
      return ActionsPage({ deps, call, actions });
    }),
  ];
}

function noSuchMember(): Problem {
  return new Problem('not_found', 'There is no such member.');
}

interface MembersProps extends Shown {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly people: readonly Member[];
  readonly invitations: readonly Invitation[];
}

interface InviteProps {
  readonly csrf: string;
  readonly fault: string | undefined;
  readonly said: Shown['said'];
}

function InviteForm({ csrf, fault, said }: InviteProps) {
  return (
    <>
      <h2>Invite a colleague</h2>
      {fault && <Fault>{fault}</Fault>}
      <form method="post" action={AT} class="stack narrow">
        <input type="hidden" name="csrf" value={csrf} />
        <Field
          name="email"
          label="Email"
          type="email"
          autocomplete="off"
          value={said?.email ?? ''}
          fault={fault !== undefined}
        />
        <label for="role">Role</label>
        <RoleChoice id="role" chosen={said && isRole(said.role) ? said.role : 'support'} />
        <button type="submit" class="primary">
          Make an invitation
        </button>
      </form>
      <dl class="facts">
        {ROLES.map((role) => (
          <>
            <dt>{role}</dt>
            <dd>{MEANINGS[role]}</dd>
          </>
        ))}
      </dl>
    </>
  );
}

function MembersPage({ deps, call, people, invitations, link, fault, said }: MembersProps) {
  const { visitor } = call;
  const notice = NOTICES[call.query.get('done') ?? ''] ?? null;
  return (
    <DeskLayout deps={deps} title="Members" visitor={visitor} at={AT} notice={notice}>
      <h1>Members</h1>
      {link !== undefined && (
        <div class="card" role="status">
          <p>
            Give this link to your colleague. It works once, for 7 days, and is not shown again.
          </p>
          <p class="wrap">
            <code>{link}</code>
          </p>
        </div>
      )}
      {people.length === 0 ? (
        <Empty>Nobody is a member yet. Invite yourself first, as owner.</Empty>
      ) : (
        <Table label="Members" head={['Name', 'Email', 'Since', 'Role', '']} stacks>
          {people.map(({ userId, person, role, sinceMs }) => (
            <tr key={userId}>
              <td class="wrap">{person.name}</td>
              <td class="wrap">{person.email}</td>
              <td>
                <Instant at={iso(sinceMs)} />
              </td>
              <td>
                <form method="post" action={`${AT}/${userId}`} class="row">
                  <input type="hidden" name="csrf" value={visitor.csrf} />
                  <RoleChoice
                    id={`role-${userId}`}
                    chosen={role}
                    label={`Role of ${person.name}`}
                  />
                  <button type="submit" class="quiet">
                    Change<span class="unseen"> the role of {person.name}</span>
                  </button>
                </form>
              </td>
              <td>
                <Action
                  to={`${AT}/${userId}`}
                  csrf={visitor.csrf}
                  label="Remove"
                  kind="danger"
                  fields={{ role: 'none' }}
                  about={person.name}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <InviteForm csrf={visitor.csrf} fault={fault} said={said} />
      {invitations.length > 0 && (
        <>
          <h2>Open invitations</h2>
          <Table label="Open invitations" head={['Email', 'Role', 'Until', '']} stacks>
            {invitations.map(({ id, email, role, expiresAtMs }) => (
              <tr key={id}>
                <td class="wrap">{email}</td>
                <td>{role}</td>
                <td>
                  <Instant at={iso(expiresAtMs)} />
                </td>
                <td>
                  <Action
                    to={`/console/invitations/${id}`}
                    csrf={visitor.csrf}
                    label="Withdraw"
                    about={email ?? ''}
                  />
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </DeskLayout>
  );
}

interface RoleChoiceProps {
  readonly id: string;
  readonly chosen: Role;
  readonly label?: string;
}

function RoleChoice({ id, chosen, label }: RoleChoiceProps) {
  return (
    <select id={id} name="role" aria-label={label}>
      {ROLES.map((role) => (
        <option key={role} value={role} selected={role === chosen}>
          {role}
        </option>
      ))}
    </select>
  );
}

interface ActionsProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
  readonly actions: readonly MemberAction[];
}

function ActionsPage({ deps, call, actions }: ActionsProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout deps={deps} title="Audit" visitor={call.visitor} at="/console/actions">
      <h1>Who did what</h1>
      {actions.length === 0 ? (
        <Empty>Nobody has done anything yet.</Empty>
      ) : (
        <Table label="Actions" head={['When', 'Who', 'What', 'About', 'Mode']} stacks>
          {actions.map(({ id, atMs, who, action, subject, mode }) => (
            <tr key={id}>
              <td>
                <Instant at={iso(atMs)} nowMs={nowMs} />
              </td>
              <td class="wrap">{who ?? <span class="soft">a former member</span>}</td>
              <td class="wrap">{summaryOf(action)}</td>
              <td class="wrap">{subject && <code>{subject}</code>}</td>
              <td>{mode}</td>
            </tr>
          ))}
        </Table>
      )}
      {actions.length === ACTIONS_SHOWN && <p class="soft">Older ones are not shown.</p>}
    </DeskLayout>
  );
}

function summaryOf(action: string): string {
  const rows: Readonly<Record<string, { readonly summary: string } | undefined>> = DESK;
  return rows[action]?.summary ?? action;
}
