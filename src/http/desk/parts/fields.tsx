import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly name: string;
  /** Where the page has the name twice; absent: the name. */
  readonly id?: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  readonly fault?: boolean;
}

export function Field({ name, label, type = 'text', fault = false, hint, ...rest }: FieldProps) {
  const { id = name } = rest;
  const described = [hint && `${id}-hint`, fault && 'fault'].filter(Boolean).join(' ');
  const shared = {
    ...{ name, required: true, maxLength: 254, spellcheck: false },
    'aria-invalid': fault ? ('true' as const) : undefined,
    'aria-describedby': described === '' ? undefined : described,
    ...rest,
    id,
  };
  return (
    <>
      <label for={id}>{label}</label>
      {hint && (
        <p id={`${id}-hint`} class="soft">
          {hint}
        </p>
      )}
      {type === 'password' ? (
        <input type="password" {...shared} />
      ) : type === 'email' ? (
        <input type="email" {...shared} />
      ) : (
        <input type="text" {...shared} />
      )}
    </>
  );
}

interface FaultProps {
  /** It is said in English, whatever the page is said in. */
  readonly isEnglish?: boolean;
  readonly children: ComponentChildren;
}

export function Fault({ isEnglish = false, children }: FaultProps) {
  return (
    <p id="fault" class="fault" role="alert" lang={isEnglish ? 'en' : undefined}>
      {children}
    </p>
  );
}
