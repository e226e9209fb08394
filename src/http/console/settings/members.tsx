import { capitalized } from '../../../kernel/capitalized.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  changeRole,
  type Invitation,
  invite,
  isRole,
  listInvitations,
  listMembers,
  type Member,
  ROLES,
  resetSecondFactor,
  withdrawInvitation,
} from '../../../merchants/index.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { PostForm } from '../kit/fields.tsx';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Action, Empty, Fact, Instant, Removal, Table } from '../kit/pieces.tsx';
import { doneOf, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { setupOf } from '../setup/steps.tsx';
import { type Invited, InvitedNote, InviteForm, mailInvitation, RoleChoice } from './invite.tsx';

const AT = '/console/members';

interface Shown {
  readonly invited?: Invited;
  readonly fault?: string;
  /** The submitted values. */
  readonly said?: { readonly email: string; readonly role: string };
}

/** The merchant's members, and who is invited. */
export function memberRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  const render = async (call: DeskCall, more: Shown = {}) => {
    const { merchantId } = call.tenant;
    const [people, invitations] = [
      await listMembers(members, merchantId),
      await listInvitations(members, merchantId),
    ];
    const mails = await deps.mailer.isOpen();
    return MembersPage({ deps, call, people, invitations, mails, ...more });
  };
  return [
    deskPage(deps, 'readDeskMembers', (call) => render(call)),
    deskForm(deps, 'inviteToDesk', async (call) => {
      const email = (call.form.get('email') ?? '').trim();
      const role = call.form.get('role') ?? '';
      if (!/^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email) || !isRole(role)) {
        const fault = messagesFor(call).desk.members.unfit;
        return { invalid: await render(call, { fault, said: { email, role } }) };
      }
      const retryAfterS = deps.invitations.take(call.tenant.merchantId);
      if (retryAfterS > 0) {
        throw new Problem('rate_limited', 'desk.tooManyInvitations', {
          retryAfterS,
        });
      }
      const { actor } = call.visitor;
      const by = actor.kind === 'user' ? actor.id : null;
      const { id, token, mailedToken } = await invite(
        members,
        call.tenant.merchantId,
        { email, role },
        by,
      );
      await call.note(`${role} ${id}`);
      const mailed = await mailInvitation(deps, call, {
        id,
        token: mailedToken,
        email,
        role,
      });
      const link = `${deps.parts.publicUrl()}/console/join/${token}`;
      return render(call, { invited: { link, mailed } });
    }),
    deskForm(deps, 'changeDeskMember', async (call) => {
      const wanted = call.form.get('role') ?? '';
      const role = wanted === 'none' ? null : wanted;
      const id = call.param('id').toLowerCase();
      if (!isUuid(id) || (role !== null && !isRole(role))) throw noSuchMember();
      const outcome = await changeRole(members, call.tenant.merchantId, id, role);
      if (outcome === 'not_found') throw noSuchMember();
      if (outcome === 'last_owner') {
        throw new Problem('conflict', 'desk.lastOwner', {
          fix: 'desk.appointAnotherOwner',
        });
      }
      await call.note(`${role ?? 'none'} ${id}`);
      return { seeOther: `${AT}?done=${role === null ? 'removed' : 'changed'}` };
    }),
    deskForm(deps, 'resetDeskSecondFactor', async (call) => {
      const id = call.param('id').toLowerCase();
      if (!isUuid(id)) throw noSuchMember();
      if (id === call.visitor.actor.id) {
        throw new Problem('conflict', 'desk.cannotResetOwnStep', {
          fix: 'desk.turnOffSecondStep',
        });
      }
      const outcome = await resetSecondFactor(members, call.tenant.merchantId, id);
      if (outcome === 'not_found') throw noSuchMember();
      if (outcome === 'elsewhere') {
        throw new Problem('conflict', 'desk.memberOfAnotherMerchant', {
          fix: 'desk.useRecoveryCode',
        });
      }
      await call.note(id);
      return { seeOther: `${AT}?done=reset` };
    }),
    deskForm(deps, 'withdrawDeskInvitation', async (call) => {
      const id = call.param('id');
      const isGone = isUuid(id) && (await withdrawInvitation(members, call.tenant.merchantId, id));
      if (!isGone) throw new Problem('not_found', 'desk.noSuchInvitation');
      await call.note(id);
      return { seeOther: `${AT}?done=withdrawn` };
    }),
  ];
}

function noSuchMember(): Problem {
  return new Problem('not_found', 'desk.noSuchMember');
}

interface MembersProps extends Shown, DeskPageProps {
  readonly people: readonly Member[];
  readonly invitations: readonly Invitation[];
  /** The hub sends mail. */
  readonly mails: boolean;
}

/** The first member has to be an owner. */
const FIRST = { email: '', role: 'owner' };

function MembersPage({ deps, call, people, invitations, mails, ...shown }: MembersProps) {
  const { visitor } = call;
  const isEmpty = people.length === 0 && invitations.length === 0;
  const { invited, fault, said = people.length === 0 ? FIRST : undefined } = shown;
  const words = messagesFor(call).desk.members;
  const { roles } = messagesFor(call).desk.frame;
  const notice = doneOf(call, words.done);
  const isFirst = people.length === 0 && visitor.actor.kind === 'key';
  const form = <InviteForm {...{ call, fault, said, mails, isFirst }} />;
  const isStepDone = people.some(({ role }) => role === 'owner');
  return (
    <DeskLayout
      {...{ deps, visitor, notice, isStepDone }}
      title={words.title}
      at={AT}
      setup={setupOf(call)}
    >
      <PageHead title={words.title} lead={words.lead}>
        {!isEmpty && form}
      </PageHead>
      {invited && <InvitedNote {...invited} isFirst={isFirst} />}
      {isEmpty && (
        <Empty title={words.none} action={form}>
          {isFirst ? words.purposeFirst : words.purpose}
        </Empty>
      )}
      {people.length > 0 && (
        <Table
          label={words.title}
          head={[words.name, words.role, words.secondStep, words.since, '']}
          stacks
        >
          {people.map((member) =>
            memberRow({ member, words, isOwn: member.userId === visitor.actor.id }),
          )}
        </Table>
      )}
      {invitations.length > 0 && <Invitations {...{ call, people, invitations }} />}
      <section>
        <h2>{words.whatRolesMayDo}</h2>
        <dl class="card facts">
          {ROLES.map((role) => (
            <Fact key={role} name={roles[role]}>
              {capitalized(words.meanings[role])}
            </Fact>
          ))}
        </dl>
      </section>
    </DeskLayout>
  );
}

interface RowProps {
  readonly member: Member;
  readonly words: Messages['desk']['members'];
  /** It is the reader, who cannot reset their own second step. */
  readonly isOwn: boolean;
}

/** A row, and not a component, because the table adds its column names to the cells. */
function memberRow({ member, words, isOwn }: RowProps) {
  const { userId, person, role, sinceMs, hasSecondFactor, isVerified } = member;
  const to = `${AT}/${userId}`;
  return (
    <tr key={userId}>
      <td class="wrap">
        <strong>{person.name}</strong>
        <div class="soft">
          {person.email} {!isVerified && `(${words.unverified})`}
        </div>
      </td>
      <td>
        <PostForm to={to} class="row">
          <RoleChoice
            id={`role-${userId}`}
            chosen={role}
            label={words.roleOf({ name: person.name })}
          />
          <button type="submit" class="quiet">
            {words.change}
            <span class="unseen"> {words.theRoleOf({ name: person.name })}</span>
          </button>
        </PostForm>
      </td>
      <td>
        <span class="soft">{hasSecondFactor ? words.on : words.off}</span>{' '}
        {hasSecondFactor && !isOwn && (
          <Action
            to={`${to}/second-factor`}
            label={words.reset}
            about={words.theStepOf({ name: person.name })}
          />
        )}
      </td>
      <td class="soft">
        <Instant at={iso(sinceMs)} />
      </td>
      <td>
        <Removal
          to={to}
          label={words.remove}
          sure={words.removeSurely}
          fields={{ role: 'none' }}
          about={person.name}
        />
      </td>
    </tr>
  );
}

/** Who is invited and has not joined yet. */
function Invitations({
  call,
  people,
  invitations,
}: Pick<MembersProps, 'call' | 'people' | 'invitations'>) {
  const words = messagesFor(call).desk.members;
  const { roles, powers } = messagesFor(call).desk.frame;
  const inviterOf = (id: string | null) =>
    id === null
      ? capitalized(powers.write)
      : people.find(({ userId }) => userId === id)?.person.name;
  return (
    <>
      <h2>{words.open}</h2>
      <Table
        label={words.open}
        head={[words.email, words.role, words.invitedBy, words.until, '']}
        stacks
      >
        {invitations.map(({ id, email, role, invitedBy, expiresAtMs }) => (
          <tr key={id}>
            <td class="wrap">{email}</td>
            <td>{capitalized(roles[role])}</td>
            <td class="wrap">{inviterOf(invitedBy) ?? '–'}</td>
            <td>
              <Instant at={iso(expiresAtMs)} />
            </td>
            <td>
              <Action
                to={`/console/invitations/${id}`}
                label={words.withdraw}
                about={email ?? ''}
              />
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
