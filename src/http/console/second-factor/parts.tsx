import { Fault, Field } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { SetUp } from './set-up.ts';

interface CodeFieldProps {
  readonly fault: boolean;
  readonly label?: string;
  readonly hint?: string;
}

export function CodeField({ fault, label, hint }: CodeFieldProps) {
  const words = useMessages().desk.account;
  const more = hint === undefined ? {} : { hint };
  return (
    <Field
      name="code"
      label={label ?? words.fromApp}
      autocomplete="one-time-code"
      fault={fault}
      {...more}
    />
  );
}

interface SetUpFormProps {
  readonly action: string;
  readonly csrf: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly setUp: SetUp;
  readonly fault: string | null;
}

/** The QR code, the same as text, and the field for the first code. */
export function SetUpForm({ action, csrf, fields = {}, setUp, fault }: SetUpFormProps) {
  const words = useMessages().desk.account;
  return (
    <>
      <ol>
        <li>{words.scan}</li>
        <li>{words.enter}</li>
      </ol>
      <div
        class="qr"
        role="img"
        aria-label={words.picture}
        // Generated here, from letters and digits of ours.
        dangerouslySetInnerHTML={{ __html: setUp.picture }}
      />
      <p>
        {words.noCamera} <code class="wrap">{setUp.secret}</code>
      </p>
      <p>
        <a href={setUp.uri}>{words.openApp}</a>
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
          {words.turnOn}
        </button>
      </form>
    </>
  );
}

export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const words = useMessages().desk.account;
  return (
    <>
      <p>{words.writeDown}</p>
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
