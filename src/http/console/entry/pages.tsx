import type { ErrorText } from '../../../kernel/errors.ts';
import type { IdentityProvider, Role } from '../../../merchants/index.ts';
import { ErrorMessage, Fault, Field, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import type { DeskDeps, DeskVisitor } from '../kit/visit.ts';
import { OfferedProviders, ProviderLinks } from '../single-sign-on/provider-links.tsx';
import { AskForLink, ReplaceForm } from './link-page.tsx';

export interface SignInProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly next: string;
  readonly email: string;
  readonly fault: string | null;
  /** The error concerns the key, not address and password. */
  readonly isOfKey: boolean;
  /** Requested from the machine itself, where the first key opens the console too. */
  readonly local: boolean;
  /** Sign-in links can be mailed. */
  readonly mails: boolean;
  readonly offered: Parameters<typeof OfferedProviders>[0]['offered'];
  readonly notice: string | null;
}

/** A wrapper, because texts are available only during rendering. */
export const DeskSignInPage = (props: SignInProps) => <SignIn {...props} />;

function SignIn({ deps, csrf, next, email, fault, ...page }: SignInProps) {
  const words = useMessages().desk.signIn;
  const { local, mails, offered, notice, isOfKey } = page;
  const isOfPassword = fault !== null && !isOfKey;
  return (
    <DeskLayout {...{ deps, csrf, notice }} title={words.signIn} visitor={null}>
      <div class="narrow card">
        <h1>{words.signIn}</h1>
        {isOfPassword && <Fault>{fault}</Fault>}
        <PostForm to="/console/sign-in" class="stack">
          <input type="hidden" name="next" value={next} />
          <Field
            name="email"
            label={words.email}
            type="email"
            autocomplete="username"
            value={email}
            fault={isOfPassword}
          />
          <Field
            name="password"
            label={words.password}
            type="password"
            autocomplete="current-password"
            fault={isOfPassword}
          />
          <button type="submit" class="primary">
            {words.signIn}
          </button>
        </PostForm>
        <p class="soft">{words.noAccount}</p>
        <OfferedProviders {...{ offered, next }} />
        {mails && <AskForLink />}
        <details class="other-way" open={local || isOfKey}>
          <summary>{words.here}</summary>
          <p class="soft">{local ? words.hereLead : words.otherLead}</p>
          <PostForm to="/console/sign-in" class="stack">
            <input type="hidden" name="next" value={next} />
            {isOfKey && <Fault>{fault}</Fault>}
            <Field
              {...{ name: 'key', label: words.key, type: 'password', autocomplete: 'off' }}
              fault={isOfKey}
            />
            <button type="submit">{words.openConsole}</button>
          </PostForm>
        </details>
      </div>
    </DeskLayout>
  );
}

interface JoinProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly token: string;
  readonly invitation: {
    readonly merchant: string;
    readonly role: Role;
    readonly email: string | null;
    /** The address already has a password here. */
    readonly isKnown: boolean;
    /** The user came by mail, and the account's address is unverified. */
    readonly mayReplace: boolean;
  };
  readonly said: { readonly email: string; readonly name: string };
  readonly providers: readonly IdentityProvider[];
  /** Sign-in links can be mailed. */
  readonly mails: boolean;
  readonly notice?: string | null;
  readonly fault: ErrorText | null;
  /** The error is in the form that replaces the password. */
  readonly isOfNew?: boolean;
}

/** A wrapper, because texts are available only during rendering. */
export const JoinPage = (props: JoinProps) => <Join {...props} />;

function Join({ deps, csrf, token, invitation, said, fault, ...page }: JoinProps) {
  const { merchant, role, email, isKnown, mayReplace } = invitation;
  const { providers, mails, notice = null, isOfNew = false } = page;
  const action = `/console/join/${token}`;
  const words = useMessages().desk.signIn;
  const { roles } = useMessages().desk.frame;
  const lead =
    email === null
      ? words.asFirst({ role: roles[role] })
      : words.asInvited({ role: roles[role], email });
  return (
    <DeskLayout {...{ deps, csrf, notice }} title={words.invitation} visitor={null}>
      <div class="narrow card">
        <h1>{merchant}</h1>
        <p class="lead wrap">{lead}</p>
        {mayReplace && <p>{words.unverified}</p>}
        {fault && <ErrorMessage text={fault} />}
        <PostForm to={action} class="stack">
          {email === null && (
            <Field
              name="email"
              label={words.email}
              type="email"
              autocomplete="username"
              value={said.email}
            />
          )}
          {!isKnown && (
            <Field name="name" label={words.yourName} autocomplete="name" value={said.name} />
          )}
          <Field
            name="password"
            label={isKnown ? words.yourPassword : words.choosePassword}
            type="password"
            autocomplete={isKnown ? 'current-password' : 'new-password'}
            fault={fault !== null && !isOfNew}
            {...(isKnown ? {} : { hint: words.passwordHint })}
          />
          <button type="submit" class="primary">
            {isKnown ? words.join : words.createAccount}
          </button>
        </PostForm>
        {mayReplace && (
          <ReplaceForm action={action}>
            <Field
              name="name"
              id="new-name"
              label={words.yourName}
              autocomplete="name"
              value={said.name}
            />
            <Field
              name="password"
              id="new-password"
              label={words.choosePassword}
              type="password"
              autocomplete="new-password"
              hint={words.passwordHint}
              fault={isOfNew}
            />
          </ReplaceForm>
        )}
        {isKnown && mails && !mayReplace && (
          <p class="soft">
            {words.neverChosen} <a href="/console/sign-in">{words.signIn}</a>
          </p>
        )}
        {providers.length > 0 && (
          <>
            <h2>{words.orWithout}</h2>
            <ProviderLinks {...{ providers, more: `?join=${token}` }} />
          </>
        )}
      </div>
    </DeskLayout>
  );
}

interface PasswordProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor;
  /** The user came by a mailed link just now, so the current password is not required. */
  readonly isNew: boolean;
  /** The password has just been set. */
  readonly isSet: boolean;
  readonly fault: ErrorText | null;
}

/** A wrapper, because texts are available only during rendering. */
export const PasswordPage = (props: PasswordProps) => <Password {...props} />;

function Password({ deps, visitor, isNew, isSet, fault }: PasswordProps) {
  const words = useMessages().desk.account;
  if (visitor.actor.kind !== 'user') {
    return (
      <DeskLayout {...{ deps, visitor }} title={words.password} at="/console/password">
        <h1>{words.password}</h1>
        <p>{words.byKey}</p>
      </DeskLayout>
    );
  }
  const notice = isSet ? words.isSet : null;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.password} at="/console/password">
      <div class="narrow card">
        <h1>{isNew ? words.setNew : words.change}</h1>
        <p class="lead">{isNew ? words.leadNew : words.leadChange}</p>
        {visitor.way.kind === 'provider' && <p class="soft">{words.byProvider}</p>}
        {fault && <ErrorMessage text={fault} />}
        <PostForm to="/console/password" class="stack">
          {!isNew && (
            <Field
              name="current"
              label={words.current}
              type="password"
              autocomplete="current-password"
              fault={fault !== null}
            />
          )}
          <Field
            name="next"
            label={words.next}
            type="password"
            autocomplete="new-password"
            hint={words.atLeast}
            fault={fault !== null}
          />
          <button type="submit" class="primary">
            {isNew ? words.setIt : words.changeIt}
          </button>
        </PostForm>
      </div>
    </DeskLayout>
  );
}
