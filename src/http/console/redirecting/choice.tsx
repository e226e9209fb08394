import { useFaultAt } from '../kit/faults.tsx';
import { useMessages } from '../kit/language.ts';
import type { RedirectField, Said } from './text-field.tsx';

interface ChoiceProps {
  readonly kind: string;
  readonly name: RedirectField;
  readonly label: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly said: Said;
}

export function Choice({ kind, name, label, options, said }: ChoiceProps) {
  const words = useMessages().desk.redirect;
  const id = `${kind}-${name}`;
  const fault = useFaultAt(id);
  return (
    <>
      <label for={id}>{label}</label>
      {fault.said}
      <select id={id} name={name} required {...fault.marks}>
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
