import type { ComponentChildren } from 'preact';
import type { ErrorText } from '../../../kernel/errors.ts';
import { ErrorMessage, Field, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import type { DeskDeps } from '../kit/visit.ts';

interface LinkProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly token: string;
  /** The account's address is unverified: the user says whether its password is theirs. */
  readonly mayReplace: boolean;
  readonly fault: ErrorText | null;
}

/** The page of a mailed link: only a button, because programs that scan links press none. */
export const LinkPage = (props: LinkProps) => <Page {...props} />;

function Page({ deps, csrf, token, mayReplace, fault }: LinkProps) {
  const words = useMessages().desk.signIn;
  const action = `/console/sign-in/link/${token}`;
  return (
    <DeskLayout {...{ deps, csrf }} title={words.signIn} visitor={null}>
      <div class="narrow card">
        <h1>{words.signIn}</h1>
        <p class="lead">{words.linkLead}</p>
        {fault && <ErrorMessage text={fault} />}
        {mayReplace ? (
          <>
            <p>{words.unverified}</p>
            <PostForm to={action} class="stack">
              <Field
                name="password"
                label={words.yourPassword}
                type="password"
                autocomplete="current-password"
                fault={fault !== null}
              />
              <button type="submit" class="primary">
                {words.signIn}
              </button>
            </PostForm>
            <ReplaceForm action={action} />
          </>
        ) : (
          <PostForm to={action} class="stack">
            <button type="submit" class="primary">
              {words.signIn}
            </button>
            <button type="submit" name="goal" value="password">
              {words.newPassword}
            </button>
          </PostForm>
        )}
      </div>
    </DeskLayout>
  );
}

/** On the sign-in page, for users without their password. */
export function AskForLink() {
  const words = useMessages().desk.signIn;
  return (
    <details class="other-way">
      <summary>{words.noPassword}</summary>
      <p class="soft">{words.noPasswordLead}</p>
      <PostForm to="/console/sign-in/link" class="stack">
        <Field
          name="email"
          id="link-email"
          label={words.email}
          type="email"
          autocomplete="username"
        />
        <button type="submit">{words.mailLink}</button>
      </PostForm>
    </details>
  );
}

interface Props {
  readonly action: string;
  /** Fields besides the button. */
  readonly children?: ComponentChildren;
}

/** For the owner of an address whose account a stranger may have created. */
export function ReplaceForm({ action, children }: Props) {
  const words = useMessages().desk.signIn;
  return (
    <>
      <h2>{words.notYours}</h2>
      <p class="soft">{words.notYoursLead}</p>
      <PostForm to={action} class="stack">
        <input type="hidden" name="claim" value="replace" />
        {children}
        <button type="submit">{words.replace}</button>
      </PostForm>
    </>
  );
}
