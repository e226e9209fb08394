import type { ComponentChildren } from 'preact';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useFaultAt } from '../kit/faults.tsx';

/** Names of the form's fields. */
export type RedirectField = keyof Messages['desk']['redirect']['fields'];

/** The submitted values, by field. */
export type Said = Pick<URLSearchParams, 'get'>;
export const NothingSaid: Said = { get: () => null };

const CHARS_MAX = 500;

interface Props {
  /** The form's kind: the page has the same field in several forms. */
  readonly kind: string;
  readonly name: RedirectField;
  readonly label: string;
  readonly said: Said;
  readonly type?: 'text' | 'date';
  readonly isNeeded?: boolean;
  /** A hint. */
  readonly children?: ComponentChildren;
}

export function TextField({ kind, name, label, said, type = 'text', isNeeded, children }: Props) {
  const id = `${kind}-${name}`;
  const fault = useFaultAt(id, children === undefined ? undefined : `${id}-hint`);
  const shared = {
    ...{ id, name, autocomplete: 'off', value: said.get(name) ?? '', maxLength: CHARS_MAX },
    required: isNeeded === true,
    ...fault.marks,
  };
  return (
    <>
      <label for={id}>{label}</label>
      {children !== undefined && (
        <p id={`${id}-hint`} class="soft">
          {children}
        </p>
      )}
      {fault.said}
      {type === 'date' ? <input type="date" {...shared} /> : <input type="text" {...shared} />}
    </>
  );
}
