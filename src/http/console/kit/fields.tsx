import type { ComponentChildren } from 'preact';
import type { Language } from '../../../platform/messages/languages.ts';
import { useSpoken } from '../operators/parts/language.ts';
import { refusalIn } from './refusals.ts';

interface FieldProps {
  readonly name: string;
  /** When the page has the name twice; absent: the name. */
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
    // The error page opens at the first invalid field.
    autofocus: fault,
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

/** Marks an invalid control, and links it to the page's error. */
export function faultAt(isUnfit: boolean) {
  return isUnfit ? { 'aria-invalid': 'true' as const, 'aria-describedby': 'fault' } : {};
}

export function Fault({ children }: { readonly children: ComponentChildren }) {
  return (
    <p id="fault" class="fault" role="alert">
      {children}
    </p>
  );
}

/** An English error in the page's language; marked as English when untranslated. */
export function Refused({ children }: { readonly children: string }) {
  const { language } = useSpoken();
  return (
    <Fault>
      <Sentence language={language}>{children}</Sentence>
    </Fault>
  );
}

interface SentenceProps {
  readonly language: Language;
  readonly children: string;
}

/** One sentence of an error. */
export function Sentence({ language, children }: SentenceProps) {
  const said = refusalIn(language, children);
  return <span lang={said === null ? 'en' : undefined}>{said ?? children}</span>;
}
