import { type ComponentChildren, createContext, type FormHTMLAttributes } from 'preact';
import { useContext } from 'preact/hooks';
import type { ErrorText } from '../../../kernel/errors.ts';
import { errorText, isVerbatim } from '../../../platform/messages/error-text.ts';
import { useMessages, useSpoken } from './language.ts';

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
    name,
    required: true,
    maxLength: 254,
    spellcheck: false,
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
      {type === 'password' ? (
        <input type="password" {...shared} />
      ) : type === 'email' ? (
        <input type="email" {...shared} />
      ) : (
        <input type="text" {...shared} />
      )}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </>
  );
}

interface FileFieldProps {
  /** Its formats, as browsers take them. */
  readonly accept?: string;
  readonly required?: boolean;
  readonly marks?: Readonly<Record<string, unknown>>;
}

/**
 * A file, chosen with a button in the language of the page; a browser's own button is in the
 * browser's. The native control stays below it, for keyboards and screen readers.
 */
export function FileField({ accept, required = true, marks = {} }: FileFieldProps) {
  const words = useMessages().layout.pieces;
  return (
    <span class="file">
      <input {...{ id: 'file', name: 'file', type: 'file', required, accept, ...marks }} />
      <label class="button" for="file">
        {words.chooseFile}
      </label>
      <output for="file" class="soft">
        <span>{words.noFile}</span>
      </output>
    </span>
  );
}

/** Marks an invalid control, and links it to the page's error. */
export function invalidProps(isInvalid: boolean) {
  return isInvalid ? { 'aria-invalid': 'true' as const, 'aria-describedby': 'fault' } : {};
}

export function Fault({ children }: { readonly children: ComponentChildren }) {
  return (
    <p id="fault" class="fault" role="alert">
      {children}
    </p>
  );
}

/** An error, in the page's language. */
export function ErrorMessage({ text }: SentenceProps) {
  return (
    <Fault>
      <Sentence text={text} />
    </Fault>
  );
}

interface SentenceProps {
  readonly text: ErrorText;
}

/** One sentence of an error; what a carrier or a file says is marked as English. */
export function Sentence({ text }: SentenceProps) {
  const { language } = useSpoken();
  const lang = isVerbatim(text) ? 'en' : undefined;
  return <span lang={lang}>{errorText(text, language, 'person')}</span>;
}

const Token = createContext('');

/** Provides the CSRF token to every form of a page. */
export const FormTokenIn = Token.Provider;

const ReadOnly = createContext(false);

/** Around a page whose forms may not be sent: what opens them or removes something is left out. */
export const ReadOnlyIn = ReadOnly.Provider;
export const useIsReadOnly = () => useContext(ReadOnly);

interface PostFormProps extends FormHTMLAttributes<HTMLFormElement> {
  readonly to: string;
  /** Absent: the page's. */
  readonly csrf?: string | undefined;
}

/** A form that posts its fields with the page's CSRF token. */
export function PostForm({ to, csrf, children, ...rest }: PostFormProps) {
  const token = useContext(Token);
  return (
    <form method="post" action={to} {...rest}>
      <input type="hidden" name="csrf" value={csrf ?? token} />
      {children}
    </form>
  );
}
