import { countriesIn } from '../../public/personal-link/panel/countries.ts';
import { useMessages, useSpoken } from '../kit/language.ts';
import { ADDRESS_FIELDS } from './body.ts';
import { Choice } from './choice.tsx';
import type { Possible } from './possible.ts';
import { NothingSaid, type Said, TextField } from './text-field.tsx';

interface Props {
  readonly to: string;
  readonly csrf: string;
  readonly possible: Extract<Possible, { readonly kind: 'own' }>;
  readonly said: Said;
}

/** Own couriers need no request: the change applies directly. */
export function OwnCouriers({ to, csrf, possible, said }: Props) {
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
        <form method="post" action={to} class="stack narrow">
          <input type="hidden" name="csrf" value={csrf} />
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
        </form>
      </section>
      <section class="card" aria-labelledby="own-day">
        <h2 id="own-day">{words.ownDay}</h2>
        {dates.length === 0 ? (
          <p class="soft">{words.ownNoDay}</p>
        ) : (
          <>
            <p class="soft">{words.ownDayHint}</p>
            <form method="post" action={to} class="stack narrow">
              <input type="hidden" name="csrf" value={csrf} />
              <input type="hidden" name="kind" value="own_day" />
              <Choice
                kind="own_day"
                name="date"
                label={fields.date}
                options={dates.map((date) => [date, date])}
                said={day}
              />
              <button type="submit">{words.ownDaySubmit}</button>
            </form>
          </>
        )}
      </section>
    </>
  );
}
