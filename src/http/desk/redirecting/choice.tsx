import { useWords } from '../../console/parts/language.ts';
import { REDIRECTING, type RedirectField } from '../words/redirecting.ts';
import type { Said } from './text-field.tsx';

interface ChoiceProps {
  readonly kind: string;
  readonly name: RedirectField;
  readonly label: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly said: Said;
}

export function Choice({ kind, name, label, options, said }: ChoiceProps) {
  const words = useWords(REDIRECTING);
  const id = `${kind}-${name}`;
  return (
    <>
      <label for={id}>{label}</label>
      <select id={id} name={name} required>
        <option value="">{words.choose}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === said.get(name)}>
            {text}
          </option>
        ))}
      </select>
    </>
  );
}
