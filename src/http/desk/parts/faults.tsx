import { ERRORS, type Problem } from '../../../kernel/errors.ts';

/** What was wrong with a form, one line each: which field, and in English why, and how to mend it. */
export function Faults({ problem, names }: FaultsProps) {
  const lines =
    problem.errors.length === 0
      ? [{ name: '', text: `${problem.message} ${problem.fix ?? ERRORS[problem.code].fix}` }]
      : problem.errors.map(({ pointer, reason, fix }) => {
          const name = `${names[pointer] ?? nameOf(pointer)}: `;
          return { name, text: `${reason} ${withoutQueries(fix)}` };
        });
  return (
    <ul id="fault" class="fault" role="alert">
      {lines.map(({ name, text }) => (
        <li key={name + text}>
          {name}
          <span lang="en">{text}</span>
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
