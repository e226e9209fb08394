import { Fault, Field } from '../parts/fields.tsx';
import type { SetUp } from './set-up.ts';

interface CodeFieldProps {
  readonly fault: boolean;
  readonly label?: string;
  readonly hint?: string;
}

export function CodeField({ fault, label = 'Code from the app', hint }: CodeFieldProps) {
  const more = hint === undefined ? {} : { hint };
  return <Field name="code" label={label} autocomplete="one-time-code" fault={fault} {...more} />;
}

interface SetUpFormProps {
  readonly action: string;
  readonly csrf: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly setUp: SetUp;
  readonly fault: string | null;
}

/** The picture, the same in letters, and the field for the first code. */
export function SetUpForm({ action, csrf, fields = {}, setUp, fault }: SetUpFormProps) {
  return (
    <>
      <ol>
        <li>Open an authenticator app on your phone and scan the picture.</li>
        <li>Enter the six digits that it shows.</li>
      </ol>
      <div
        class="qr"
        role="img"
        aria-label="The picture to scan with the app"
        // Made here, from letters and digits of ours.
        dangerouslySetInnerHTML={{ __html: setUp.picture }}
      />
      <p>
        No camera? Type this into the app: <code class="wrap">{setUp.secret}</code>
      </p>
      <p>
        <a href={setUp.uri}>Open the app on this phone</a>
      </p>
      {fault && <Fault>{fault}</Fault>}
      <form method="post" action={action} class="stack">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="mark" value={setUp.mark} />
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <CodeField fault={fault !== null} />
        <button type="submit" class="primary">
          Turn on the second step
        </button>
      </form>
    </>
  );
}

export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <>
      <p>
        Write these recovery codes down and keep them apart from your phone. Each signs you in once
        in place of a code from the app. They are not shown again.
      </p>
      <ul class="codes-list">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
