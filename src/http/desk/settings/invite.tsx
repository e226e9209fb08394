import { LANGUAGES, type Language, languageOf } from '../../../kernel/language.ts';
import { INVITED_DAYS, isRole, ROLES, type Role } from '../../../merchants/index.ts';
import type { MailedToMember } from '../../../reactions/notifications/index.ts';
import { pickLanguage } from '../../kit/negotiation.ts';
import { invitationMail } from '../mails/member-mails.tsx';
import { Fault, Field } from '../parts/fields.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../visit.ts';

const MEANINGS: Readonly<Record<Role, string>> = {
  owner: 'everything, members included',
  support: 'parcels and recipients: find, change, import, export',
  analyst: 'parcels without recipients, and exports',
  developer: 'parcels, API keys and webhooks',
};

const MAILED: Readonly<Record<MailedToMember['kind'], string>> = {
  sent: 'The invitation has been mailed.',
  unsure: 'The mail may not have been sent: the mail server did not answer to the end.',
  not_sent: 'The invitation could not be mailed.',
};
const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
};

/** Null: the hub sends no mail. */
export async function mailInvitation(
  deps: DeskDeps,
  { visitor, form }: DeskFormCall,
  invited: {
    readonly id: string;
    readonly token: string;
    readonly email: string;
    readonly role: Role;
  },
): Promise<MailedToMember | null> {
  if (!(await deps.mailer.isOpen())) return null;
  const { actor, merchant } = visitor;
  const around = {
    ...{ texts: deps.mailTexts, language: languageOf(form.get('language')) ?? 'en' },
    publicUrl: deps.parts.publicUrl(),
  };
  const mail = invitationMail(around, {
    ...{ token: invited.token, role: invited.role, merchant: merchant.name },
    inviter: actor.kind === 'user' ? actor.person.name : null,
    days: INVITED_DAYS,
  });
  return deps.mailer.send({ id: invited.id, about: 'member_invitation', to: invited.email, mail });
}

/** An invitation that was just made. */
export interface Invited {
  readonly link: string;
  /** What became of its mail; null: the hub sends none. */
  readonly mailed: MailedToMember | null;
}

export function InvitedNote({ link, mailed }: Invited) {
  return (
    <div class="card" role="status">
      {mailed !== null && <p>{MAILED[mailed.kind]}</p>}
      {mailed !== null && 'reason' in mailed && <p class="soft">{mailed.reason}</p>}
      <p>
        {mailed?.kind === 'sent' ? 'The mail has this link.' : 'Give this link to your colleague.'}{' '}
        It works once, for {INVITED_DAYS} days, and is not shown again.
      </p>
      <p class="wrap">
        <code>{link}</code>
      </p>
    </div>
  );
}

/** The visitor's own, which the colleague's probably is, too. */
function languageFor({ request }: DeskCall): Language {
  const accepts = request.headers['accept-language'];
  return languageOf(pickLanguage(null, accepts, LANGUAGES)) ?? 'en';
}

interface InviteProps {
  readonly call: DeskCall;
  readonly fault: string | undefined;
  /** What stood in the form that was sent. */
  readonly said: { readonly email: string; readonly role: string } | undefined;
  /** The hub sends mail. */
  readonly mails: boolean;
}

export function InviteForm({ call, fault, said, mails }: InviteProps) {
  const { csrf } = call.visitor;
  const language = languageFor(call);
  return (
    <>
      <h2>Invite a colleague</h2>
      {fault && <Fault>{fault}</Fault>}
      <form method="post" action="/console/members" class="stack narrow">
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
        {mails && (
          <>
            <label for="language">Language of the mail</label>
            <select id="language" name="language">
              {LANGUAGES.map((each) => (
                <option key={each} value={each} lang={each} selected={each === language}>
                  {LANGUAGE_NAMES[each]}
                </option>
              ))}
            </select>
          </>
        )}
        <button type="submit" class="primary">
          Make an invitation
        </button>
        {!mails && (
          <p class="soft">
            This hub sends no mail: you are shown a link, and hand it over yourself.
          </p>
        )}
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

interface RoleChoiceProps {
  readonly id: string;
  readonly chosen: Role;
  readonly label?: string;
}

export function RoleChoice({ id, chosen, label }: RoleChoiceProps) {
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
