import { ERRORS, type Problem } from '../../../kernel/errors.ts';
import { useSpoken } from '../../console/parts/language.ts';
import { Sentence } from './fields.tsx';

/** What was wrong with a form, one line each: which field, and why, and how to mend it. */
export function Faults({ problem, names }: FaultsProps) {
  const { language } = useSpoken();
  const lines =
    problem.errors.length === 0
      ? [{ name: '', says: [problem.message, problem.fix ?? ERRORS[problem.code].fix] }]
      : problem.errors.map(({ pointer, reason, fix }) => {
          const name = `${names[pointer] ?? nameOf(pointer)}: `;
          return { name, says: [reason, withoutQueries(fix)] };
        });
  return (
    <ul id="fault" class="fault" role="alert">
      {lines.map(({ name, says: [reason = '', fix = ''] }) => (
        <li key={name + reason}>
          {name}
          <Sentence language={language}>{reason}</Sentence>{' '}
          <Sentence language={language}>{fix}</Sentence>
        </li>
      ))}
    </ul>
  );
}

interface FaultsProps {
  readonly problem: Problem;
  /** What the form calls a member, by its pointer. */
  readonly names: Readonly<Record<string, string>>;
}

function nameOf(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('_', ' ').replaceAll('/', ', ');
}

/** Advice for programs goes on with what they may add to the address; a form has a field for it. */
function withoutQueries(fix: string): string {
  return fix.replace(/ With \?.*$/, '');
}
