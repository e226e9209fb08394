import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ErrorCode, ErrorText, Problem } from '../../../kernel/errors.ts';
import { Sentence } from './fields.tsx';
import { useMessages } from './language.ts';

/** A member's name in the form, and its control if there is one. */
export interface FormField {
  readonly name: string;
  readonly control?: string;
}

/** An error with the form's fields: `fields` is keyed by the API's pointers. */
export interface FormFault {
  readonly problem: Problem;
  readonly fields: Readonly<Record<string, FormField>>;
}

interface Line extends FormField {
  readonly reason: ErrorText;
  /** Null: the advice of the error's code, if it has one for people. */
  readonly fix: ErrorText | null;
  readonly code: ErrorCode;
}

const Refused = createContext<FormFault | null>(null);

/** Provided around a rejected form: its controls show their own errors. */
export const FormRefused = Refused.Provider;

/** The errors of a form, one line each: field, reason and fix. */
export function Faults(fault: FormFault) {
  return (
    <div id="fault" class="fault" role="alert">
      <ul class="plain">
        {linesOf(fault).map(({ name, control, ...advice }) => (
          <li key={name + JSON.stringify(advice.reason)}>
            {control === undefined ? name : <a href={`#${control}`}>{name}</a>}
            {name === '' ? '' : ': '}
            <Advice {...advice} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/**
 * The attributes and the error of a control; without an error, only those it has anyway.
 *
 * @param hint the id of the control's hint
 */
export function useFaultAt(control: string, hint?: string | undefined) {
  const fault = useContext(Refused);
  const lines = fault === null ? [] : linesOf(fault);
  const own = lines.filter((line) => line.control === control);
  const id = `${control}-fault`;
  const describedBy = [hint, own.length > 0 && id].filter(Boolean).join(' ');
  const isFirst = lines.find((line) => line.control !== undefined)?.control === control;
  return {
    marks: {
      ...(describedBy === '' ? {} : { 'aria-describedby': describedBy }),
      ...(own.length === 0 ? {} : { 'aria-invalid': 'true' as const }),
      // The error page opens at the first invalid field.
      ...(isFirst ? { autofocus: true } : {}),
    },
    said: own.length > 0 && (
      <span id={id} class="fault">
        {own.map(({ reason, fix, code }) => (
          <Advice key={JSON.stringify(reason)} {...{ reason, fix, code }} />
        ))}
      </span>
    ),
  };
}

/** Whether something in a part of the form was rejected, so that the part must stay expanded. */
export function useIsRefused(within: (control: string) => boolean): boolean {
  const fault = useContext(Refused);
  return fault !== null && linesOf(fault).some(({ control }) => control && within(control));
}

function linesOf({ problem, fields }: FormFault): readonly Line[] {
  if (problem.errors.length === 0) {
    return [{ name: '', reason: problem.detail, fix: problem.fix, code: problem.code }];
  }
  return problem.errors.map(({ pointer, reason, fix }) => ({
    // The items of a list are entered in one field.
    ...(fields[pointer] ??
      fields[pointer.replace(/\/\d+$/, '')] ?? { name: pointerInWords(pointer) }),
    reason,
    fix,
    code: problem.code,
  }));
}

function Advice({ reason, fix, code }: Pick<Line, 'reason' | 'fix' | 'code'>) {
  const ofPeople: Readonly<Record<string, { readonly fix: string }>> =
    useMessages().desk.problem.codes;
  return (
    <>
      <Sentence text={reason} /> {fix === null ? ofPeople[code]?.fix : <Sentence text={fix} />}
    </>
  );
}

function pointerInWords(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('_', ' ').replaceAll('/', ', ');
}

interface PlainProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly required?: boolean;
  /** It says beside the label that it may stay empty. */
  readonly isOptional?: boolean;
  /** An example. */
  readonly placeholder?: string;
  /** Absent: a text. */
  readonly type?: 'password';
  readonly hint?: string;
}

/** A form field that shows its own error. */
export function PlainField({
  name,
  label,
  value,
  required = false,
  isOptional = false,
  placeholder,
  type,
  hint,
}: PlainProps) {
  const { optional } = useMessages().desk.webhook;
  const { marks, said } = useFaultAt(name, hint && `${name}-hint`);
  return (
    <>
      <label for={name} data-hint={isOptional ? optional : undefined}>
        {label}
      </label>
      {said}
      <input
        {...{ id: name, name, required, spellcheck: false, placeholder, ...marks }}
        {...(type === undefined ? { type: 'text', value } : { type })}
        autocomplete="off"
      />
      {hint && (
        <span id={`${name}-hint`} class="hint">
          {hint}
        </span>
      )}
    </>
  );
}
