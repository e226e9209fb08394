import type { ComponentChildren } from 'preact';
import { countriesIn } from '../../../kernel/places/country-list.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import { useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { ADDRESS_FIELDS, type Possible } from './body.ts';

interface Props {
  readonly to: string;
  readonly possible: Extract<Possible, { readonly kind: 'own' }>;
  readonly said: Said;
}

/** Own couriers need no request: the change applies directly. */
export function OwnCouriers({ to, possible, said }: Props) {
  const words = useMessages().desk.redirect;
  const { fields } = words;
  const { language } = useSpoken();
  const { dates, destination } = possible;
  const current: Said = {
    get(name) {
      const value = destination?.[name];
      return typeof value === 'string' ? value : null;
    },
  };
  const address = said.get('kind') === 'own_address' ? said : current;
  const day = said.get('kind') === 'own_day' ? said : NothingSaid;
  const kind = 'own_address';
  return (
    <>
      <p class="lead">{words.own}</p>
      <section class="card" aria-labelledby="own-address">
        <h2 id="own-address">{words.ownAddress}</h2>
        <p class="soft">{words.ownAddressHint}</p>
        <PostForm to={to} class="stack narrow">
          <input type="hidden" name="kind" value="own_address" />
          {ADDRESS_FIELDS.filter((name) => name !== 'country').map((name) => (
            <TextField
              key={name}
              {...{ kind, name }}
              label={fields[name]}
              said={address}
              isNeeded={name === 'line1' || name === 'city'}
            />
          ))}
          <Choice
            {...{ kind }}
            name="country"
            label={fields.country}
            options={countriesIn(language).map(({ code, name }) => [code, name])}
            said={address}
          />
          <button type="submit">{words.ownAddressSubmit}</button>
        </PostForm>
      </section>
      <section class="card" aria-labelledby="own-day">
        <h2 id="own-day">{words.ownDay}</h2>
        {dates.length === 0 ? (
          <p class="soft">{words.ownNoDay}</p>
        ) : (
          <>
            <p class="soft">{words.ownDayHint}</p>
            <PostForm to={to} class="stack narrow">
              <input type="hidden" name="kind" value="own_day" />
              <Choice
                kind="own_day"
                name="date"
                label={fields.date}
                options={dates.map((date) => [date, date])}
                said={day}
              />
              <button type="submit">{words.ownDaySubmit}</button>
            </PostForm>
          </>
        )}
      </section>
    </>
  );
}

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

/** Names of the form's fields. */
export type RedirectField = keyof Messages['desk']['redirect']['fields'];

/** The submitted values, by field. */
export type Said = Pick<URLSearchParams, 'get'>;
export const NothingSaid: Said = { get: () => null };

const CHARS_MAX = 500;

interface TextFieldProps {
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

export function TextField({
  kind,
  name,
  label,
  said,
  type = 'text',
  isNeeded,
  children,
}: TextFieldProps) {
  const id = `${kind}-${name}`;
  const fault = useFaultAt(id, children === undefined ? undefined : `${id}-hint`);
  const shared = {
    id,
    name,
    autocomplete: 'off',
    value: said.get(name) ?? '',
    maxLength: CHARS_MAX,
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
