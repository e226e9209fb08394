import { useFaultAt } from './faults.tsx';

interface PlainProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly required?: boolean;
  /** Absent: a text. */
  readonly type?: 'password';
}

/** A form field that shows its own error. */
export function PlainField({ name, label, value, required = false, type }: PlainProps) {
  const { marks, said } = useFaultAt(name);
  return (
    <>
      <label for={name}>{label}</label>
      {said}
      <input
        {...{ id: name, name, required, spellcheck: false, ...marks }}
        {...(type === undefined ? { type: 'text', value } : { type })}
        autocomplete="off"
      />
    </>
  );
}
