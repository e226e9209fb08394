import type { Role } from '../../../merchants/index.ts';
import { Fault, Field } from '../parts/fields.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskDeps, DeskVisitor } from '../visit.ts';
import { AskForLink } from './link-page.tsx';

interface SignInProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly next: string;
  readonly email: string;
  readonly fault: string | null;
  /** Made on the machine itself: there the first key opens the desk, too. */
  readonly local: boolean;
  /** Links to sign in can be mailed. */
  readonly mails: boolean;
  readonly notice: string | null;
}

export function DeskSignInPage({ deps, csrf, next, email, fault, ...page }: SignInProps) {
  const { local, mails, notice } = page;
  return (
    <DeskLayout deps={deps} title="Sign in" visitor={null} notice={notice}>
      <div class="narrow card">
        <h1>Sign in</h1>
        {fault && <Fault>{fault}</Fault>}
        <form method="post" action="/console/sign-in" class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="next" value={next} />
          <Field
            name="email"
            label="Email"
            type="email"
            autocomplete="username"
            value={email}
            fault={fault !== null}
          />
          <Field
            name="password"
            label="Password"
            type="password"
            autocomplete="current-password"
            fault={fault !== null}
          />
          <button type="submit" class="primary">
            Sign in
          </button>
        </form>
        <p class="soft">No account? An owner of your shop can invite you.</p>
      </div>
      {mails && <AskForLink csrf={csrf} />}
      {local && (
        <div class="narrow card">
          <h2>On this machine</h2>
          <p>The key from the ready line (or from WAYBILL_BOOTSTRAP_KEY) opens the desk, too.</p>
          <form method="post" action="/console/sign-in" class="stack">
            <input type="hidden" name="csrf" value={csrf} />
            <input type="hidden" name="next" value={next} />
            <Field name="key" label="Key" type="password" autocomplete="off" />
            <button type="submit">Open the desk</button>
          </form>
        </div>
      )}
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
    /** The address has a password here already. */
    readonly isKnown: boolean;
  };
  readonly said: { readonly email: string; readonly name: string };
  readonly fault: string | null;
}

export function JoinPage({ deps, csrf, token, invitation, said, fault }: JoinProps) {
  const { merchant, role, email, isKnown } = invitation;
  return (
    <DeskLayout deps={deps} title="Invitation" visitor={null}>
      <div class="narrow card">
        <h1>{merchant}</h1>
        <p class="lead">
          {email === null ? 'You become the first' : 'You are invited as'} <strong>{role}</strong>
          {email !== null && ` with the address ${email}`}.
        </p>
        {fault && <Fault>{fault}</Fault>}
        <form method="post" action={`/console/join/${token}`} class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          {email === null && (
            <Field
              name="email"
              label="Email"
              type="email"
              autocomplete="username"
              value={said.email}
            />
          )}
          {!isKnown && (
            <Field name="name" label="Your name" autocomplete="name" value={said.name} />
          )}
          <Field
            name="password"
            label={isKnown ? 'Your password' : 'Choose a password'}
            type="password"
            autocomplete={isKnown ? 'current-password' : 'new-password'}
            fault={fault !== null}
            {...(isKnown ? {} : { hint: 'At least 10 characters; a few words are easy to keep.' })}
          />
          <button type="submit" class="primary">
            {isKnown ? 'Join' : 'Create account'}
          </button>
        </form>
      </div>
    </DeskLayout>
  );
}

interface PasswordProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly visitor: DeskVisitor;
  readonly fault: string | null;
}

export function PasswordPage({ deps, visitor, fault }: PasswordProps) {
  return (
    <DeskLayout deps={deps} title="Password" visitor={visitor} at="/console/password">
      <div class="narrow card">
        <h1>Change your password</h1>
        <p class="lead">You will be signed out everywhere and must sign in again.</p>
        {fault && <Fault>{fault}</Fault>}
        <form method="post" action="/console/password" class="stack">
          <input type="hidden" name="csrf" value={visitor.csrf} />
          <Field
            name="current"
            label="Current password"
            type="password"
            autocomplete="current-password"
            fault={fault !== null}
          />
          <Field
            name="next"
            label="New password"
            type="password"
            autocomplete="new-password"
            hint="At least 10 characters."
            fault={fault !== null}
          />
          <button type="submit" class="primary">
            Change password
          </button>
        </form>
      </div>
    </DeskLayout>
  );
}
