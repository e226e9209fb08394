import { capitalized } from '../../../kernel/capitalized.ts';
import { INVITED_DAYS, isRole, ROLES, type Role } from '../../../merchants/index.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import { LANGUAGES, type Language, languageOf } from '../../../platform/messages/languages.ts';
import type { MailedToMember } from '../../../reactions/notifications/index.ts';
import { pickLanguage } from '../../kit/negotiation.ts';
import { Fault, Field } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Adding } from '../kit/layout.tsx';
import { ShownOnce } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { invitationMail } from '../mails/member-mails.tsx';
import { setupOf } from '../setup/steps.tsx';

/** Mails an invitation in the language chosen in the form; null: the hub sends no mail. */
export async function mailInvitation(
  deps: DeskDeps,
  { visitor, form }: DeskFormCall,
  invited: {
    readonly id: string;
    /** Token of the mailed link, which nobody else sees. */
    readonly token: string;
    readonly email: string;
    readonly role: Role;
  },
): Promise<MailedToMember | null> {
  if (!(await deps.mailer.isOpen())) return null;
  const { actor, merchant } = visitor;
  const around = {
    language: languageOf(form.get('language')) ?? 'en',
    publicUrl: deps.parts.publicUrl(),
  };
  const mail = invitationMail(around, {
    token: invited.token,
    role: invited.role,
    merchant: merchant.name,
    inviter: actor.kind === 'user' ? actor.person.name : null,
    days: INVITED_DAYS,
  });
  return deps.mailer.send({ id: invited.id, about: 'member_invitation', to: invited.email, mail });
}

/** A new invitation. */
export interface Invited {
  readonly link: string;
  /** Result of its mail; null: the hub sends none. */
  readonly mailed: MailedToMember | null;
}

interface InvitedProps extends Invited {
  /** The account is the reader's own, who has signed in with a key. */
  readonly isFirst: boolean;
}

export function InvitedNote({ link, mailed, isFirst }: InvitedProps) {
  const words = useMessages().desk.members;
  return (
    <ShownOnce text={link}>
      {mailed !== null && <p>{words.mailed[mailed.kind]}</p>}
      {mailed !== null && 'reason' in mailed && (
        <p class="soft" lang="en">
          {mailed.reason}
        </p>
      )}
      <p>
        {isFirst ? words.openLink : mailed?.kind === 'sent' ? words.mailHasLink : words.giveLink}{' '}
        {words.linkWorks({ days: INVITED_DAYS })}
      </p>
      {isFirst && (
        <p>
          <a class="button primary" href={link}>
            {words.join}
          </a>
        </p>
      )}
    </ShownOnce>
  );
}

/** The visitor's own language, which is probably the colleague's too. */
function languageOfInviter({ request }: DeskCall): Language {
  const accepts = request.headers['accept-language'];
  return languageOf(pickLanguage(null, accepts, LANGUAGES)) ?? 'en';
}

interface InviteProps {
  readonly call: DeskCall;
  readonly fault: string | undefined;
  /** The submitted values. */
  readonly said: { readonly email: string; readonly role: string } | undefined;
  /** The hub sends mail. */
  readonly mails: boolean;
  /** It is for the reader, who has signed in with a key: the first owner. */
  readonly isFirst: boolean;
}

export function InviteForm({ call, fault, said, mails, isFirst }: InviteProps) {
  const language = languageOfInviter(call);
  const { members: words, security } = useMessages().desk;
  return (
    <Adding
      label={isFirst ? words.inviteFirst : words.invite}
      {...{ to: '/console/members', submit: isFirst ? security.goOn : words.make }}
      isOpen={fault !== undefined || (isFirst && setupOf(call) !== null)}
    >
      {fault && <Fault>{fault}</Fault>}
      <Field
        name="email"
        label={words.email}
        type="email"
        autocomplete="off"
        value={said?.email ?? ''}
        fault={fault !== undefined}
      />
      {isFirst ? (
        <input type="hidden" name="role" value="owner" />
      ) : (
        <Roles chosen={said && isRole(said.role) ? said.role : 'support'} />
      )}
      {mails && (
        <>
          <label for="language">{words.mailLanguage}</label>
          <select id="language" name="language">
            {LANGUAGES.map((each) => (
              <option key={each} value={each} lang={each} selected={each === language}>
                {messagesIn(each).language.name}
              </option>
            ))}
          </select>
        </>
      )}
      {!mails && <p class="soft">{isFirst ? words.noMailFirst : words.noMail}</p>}
    </Adding>
  );
}

/** The roles, each with what it may do. */
function Roles({ chosen }: Pick<RoleChoiceProps, 'chosen'>) {
  const words = useMessages().desk.members;
  const { roles } = useMessages().desk.frame;
  return (
    <fieldset class="permissions">
      <legend>{words.role}</legend>
      <div class="row">
        {ROLES.map((role) => (
          <label key={role} class="check">
            <input type="radio" name="role" value={role} checked={role === chosen} />{' '}
            <span>
              <strong>{capitalized(roles[role])}</strong>{' '}
              <span class="soft">{capitalized(words.meanings[role])}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface RoleChoiceProps {
  readonly id: string;
  readonly chosen: Role;
  readonly label?: string;
}

export function RoleChoice({ id, chosen, label }: RoleChoiceProps) {
  const { roles } = useMessages().desk.frame;
  return (
    <select id={id} name="role" aria-label={label}>
      {ROLES.map((role) => (
        <option key={role} value={role} selected={role === chosen}>
          {capitalized(roles[role])}
        </option>
      ))}
    </select>
  );
}
