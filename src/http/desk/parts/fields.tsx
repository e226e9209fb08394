import type { ComponentChildren } from 'preact';
import type { Language } from '../../../platform/messages/languages.ts';
import { useSpoken } from '../../console/parts/language.ts';
import { refusalIn } from './refusals.ts';

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
    // The page of a refusal opens where it is to be mended.
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

/** Marks a control that is not as it has to be, and says that the page's fault is about it. */
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

/** What was refused in English, in the page's language; marked as English where nobody has put it so. */
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

/** A sentence of a refusal by itself. */
export function Sentence({ language, children }: SentenceProps) {
  const said = refusalIn(language, children);
  return <span lang={said === null ? 'en' : undefined}>{said ?? children}</span>;
}
