import { Field } from '../parts/fields.tsx';
import { DeskLayout } from '../parts/layout.tsx';
import type { DeskDeps } from '../visit.ts';

interface LinkProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly csrf: string;
  readonly token: string;
}

/** What a mailed link opens: a button, for programs that look at links press none. */
export function LinkPage({ deps, csrf, token }: LinkProps) {
  return (
    <DeskLayout deps={deps} title="Sign in" visitor={null}>
      <div class="narrow card">
        <h1>Sign in</h1>
        <p class="lead">You opened the link from your mail. It works once.</p>
        <form method="post" action={`/console/sign-in/link/${token}`} class="stack">
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="primary">
            Sign in
          </button>
        </form>
      </div>
    </DeskLayout>
  );
}

interface AskProps {
  readonly csrf: string;
}

/** On the sign-in page, for whoever has no password at hand. */
export function AskForLink({ csrf }: AskProps) {
  return (
    <div class="narrow card">
      <h2>Without a password</h2>
      <p class="soft">We mail you a link that signs you in. It works once, for 15 minutes.</p>
      <form method="post" action="/console/sign-in/link" class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <Field name="email" id="link-email" label="Email" type="email" autocomplete="username" />
        <button type="submit">Mail me a link</button>
      </form>
    </div>
  );
}
