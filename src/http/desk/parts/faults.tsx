import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ERRORS, type Problem } from '../../../kernel/errors.ts';
import { useSpoken } from '../../console/parts/language.ts';
import { Sentence } from './fields.tsx';

/** What a form calls a member, and the control that has it where there is one. */
export interface FormField {
  readonly name: string;
  readonly control?: string;
}

/** What was refused, by the form's fields: `fields` has them by the pointers of the API. */
export interface FormFault {
  readonly problem: Problem;
  readonly fields: Readonly<Record<string, FormField>>;
}

interface Line extends FormField {
  readonly reason: string;
  readonly fix: string;
}

const Refused = createContext<FormFault | null>(null);

/** Around a form that was refused: its controls say themselves what is wrong with them. */
export const FormRefused = Refused.Provider;

/** What was wrong with a form, one line each: which field, and why, and how to mend it. */
export function Faults(fault: FormFault) {
  return (
    <div id="fault" class="fault" role="alert">
      <ul class="plain">
        {linesOf(fault).map(({ name, control, reason, fix }) => (
          <li key={name + reason}>
            {control === undefined ? name : <a href={`#${control}`}>{name}</a>}
            {name === '' ? '' : ': '}
            <Advice {...{ reason, fix }} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What marks a control of a form, and what stands above it: nothing, unless it was refused. */
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
      // The page of a refusal opens where it is to be mended.
      ...(isFirst ? { autofocus: true } : {}),
    },
    said: own.length > 0 && (
      <span id={id} class="fault">
        {own.map(({ reason, fix }) => (
          <Advice key={reason} {...{ reason, fix }} />
        ))}
      </span>
    ),
  };
}

/** Whether something in a part of the form was refused, so that it must not be folded up. */
export function useIsRefused(within: (control: string) => boolean): boolean {
  const fault = useContext(Refused);
  return fault !== null && linesOf(fault).some(({ control }) => control && within(control));
}

function linesOf({ problem, fields }: FormFault): readonly Line[] {
  if (problem.errors.length === 0) {
    const fix = problem.fix ?? ERRORS[problem.code].fix;
    return [{ name: '', reason: problem.message, fix }];
  }
  return problem.errors.map(({ pointer, reason, fix }) => ({
    ...(fields[pointer] ?? { name: nameOf(pointer) }),
    ...{ reason, fix: forForms(fix) },
  }));
}

function Advice({ reason, fix }: Pick<Line, 'reason' | 'fix'>) {
  const { language } = useSpoken();
  return (
    <>
      <Sentence language={language}>{reason}</Sentence>
      {fix !== '' && (
        <>
          {' '}
          <Sentence language={language}>{fix}</Sentence>
        </>
      )}
    </>
  );
}

function nameOf(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('_', ' ').replaceAll('/', ', ');
}

const FOR_PROGRAMS = ['With ?', 'See docs/', 'See GET '];

/** Advice for programs goes on with what they may add or call; a form has a field for it. Pure. */
function forForms(fix: string): string {
  const begins = FOR_PROGRAMS.flatMap((words) => {
    const at = ` ${fix}`.indexOf(` ${words}`);
    return at < 0 ? [] : [at];
  });
  return fix.slice(0, Math.min(fix.length, ...begins)).trimEnd();
}
