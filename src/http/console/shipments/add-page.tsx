import { type DetectedCarrier, shipmentCarrierIds } from '../../../adapters/index.ts';
import type { Problem } from '../../../kernel/errors.ts';
import { countriesIn } from '../../../kernel/places/country-list.ts';
import { Faults, FormRefused, PlainField, useFaultAt } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames } from '../kit/names.ts';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { AT } from './listing.ts';

/** Before the carrier of an option that nobody chose. */
export const GUESSED = 'guessed:';
/** How the recipient is kept informed. */
const CHANNELS = ['email', 'sms', 'none'] as const;

interface Props extends DeskPageProps {
  /** The form's current values. */
  readonly form: URLSearchParams;
  /** Carriers that may have issued the number, likeliest first. */
  readonly guesses: readonly DetectedCarrier[];
  /** What is wrong with the form; null: nothing, or it was not sent yet. */
  readonly problem: Problem | null;
}

/** A wrapper, because texts are available only during rendering. */
export const AddPage = (props: Props) => <Page {...props} />;

/** Adds one parcel by its number. */
function Page({ deps, call, form, guesses, problem }: Props) {
  const words = useMessages().desk.addParcel;
  const { addParcel } = useMessages().desk.frame;
  const { title } = useMessages().desk.shipments;
  const fields = {
    '/tracking_number': { name: words.number, control: 'number' },
    '/carrier': { name: words.carrier, control: 'carrier' },
    '/recipient/email': { name: words.email, control: 'email' },
    '/recipient/phone': { name: words.phone, control: 'phone' },
    '/recipient/name': { name: words.name, control: 'name' },
    '/destination/postal_code': { name: words.postalCode, control: 'postal-code' },
    '/order_id': { name: words.order, control: 'order' },
  };
  const fault = problem && { problem, fields };
  const value = (name: string) => form.get(name) ?? '';
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={addParcel} at={AT} actions={null}>
      <PageHead title={addParcel} above={[[AT, title]]} />
      {fault && <Faults {...fault} />}
      <FormRefused value={fault}>
        <PostForm to={`${AT}/new`} class="stack pair card" data-preview>
          <div class="fields">
            <NumberField value={value('number')} />
            <Carrier
              {...{ deps, guesses }}
              chosen={value('carrier')}
              hasNumber={value('number') !== ''}
            />
            <div>
              <PlainField isOptional name="name" label={words.name} value={value('name')} />
            </div>
            <div>
              <PlainField isOptional name="order" label={words.order} value={value('order')} />
            </div>
            <Destination country={value('country')} postalCode={value('postal-code')} />
          </div>
          <Informed form={form} />
          {problem?.code === 'conflict' && (
            <label>
              <input type="checkbox" name="same-parcel" value="yes" /> {words.sameParcel}
            </label>
          )}
          <div class="row">
            <button type="submit" class="primary">
              {addParcel}
            </button>
            <button
              type="submit"
              name="do"
              value="guess"
              data-previews="#number"
              class="by-hand"
              formNoValidate
            >
              {words.guess}
            </button>
          </div>
        </PostForm>
      </FormRefused>
    </DeskLayout>
  );
}

function NumberField({ value }: { readonly value: string }) {
  const words = useMessages().desk.addParcel;
  const fault = useFaultAt('number', 'number-hint');
  return (
    <div>
      <label for="number">{words.number}</label>
      {fault.said}
      {/* An input would join numbers that are pasted with line ends between them. */}
      <textarea
        {...{ id: 'number', name: 'number', rows: 1, required: true, maxLength: 500 }}
        {...{ autofocus: true, autocomplete: 'off', spellcheck: false, ...fault.marks }}
      >
        {value}
      </textarea>
      <p id="number-hint" class="soft">
        {words.numberHint}
      </p>
    </div>
  );
}

interface CarrierProps {
  readonly deps: DeskDeps;
  readonly guesses: readonly DetectedCarrier[];
  readonly chosen: string;
  readonly hasNumber: boolean;
}

/**
 * The choice of the carrier: guesses first. A single guess is selected unless one was chosen; the
 * hint names those that cannot be chosen, because they have no adapter.
 */
function Carrier({ deps, guesses, chosen, hasNumber }: CarrierProps) {
  const words = useMessages().desk.addParcel;
  const carrierOf = useCarrierNames(deps);
  const fault = useFaultAt('carrier', 'carrier-hint');
  const all = shipmentCarrierIds(deps.parts.adapters);
  const reached = guesses.filter(({ reach }) => reach !== 'detected').map(({ carrier }) => carrier);
  const ordered = [...reached, ...all.filter((each) => !reached.includes(each))];
  const guessed = guesses.length === 1 && chosen === '' ? reached[0] : undefined;
  const named = (some: readonly DetectedCarrier[]) =>
    some
      .map(({ carrier, reach, displayName }) =>
        reach === 'detected' ? displayName : carrierOf(carrier),
      )
      .join(', ');
  const untracked = guesses.filter(({ reach }) => reach === 'detected');
  const hints =
    guesses.length > 0
      ? [
          words.mayBeOf({ carrier: named(guesses) }),
          ...(untracked.length > 0 ? [words.notTracked({ carrier: named(untracked) })] : []),
        ]
      : hasNumber
        ? [words.noGuess]
        : [];
  return (
    <div>
      <label for="carrier">{words.carrier}</label>
      {fault.said}
      <select id="carrier" name="carrier" {...fault.marks}>
        <option value="">{words.detect}</option>
        {ordered.map((each) => (
          <option
            key={each}
            value={each === guessed ? `${GUESSED}${each}` : each}
            selected={each === (guessed ?? chosen)}
          >
            {carrierOf(each)}
          </option>
        ))}
      </select>
      <p id="carrier-hint" class="soft" role="status">
        {hints.join(' ')}
      </p>
    </div>
  );
}

function Destination({
  country,
  postalCode,
}: {
  readonly country: string;
  readonly postalCode: string;
}) {
  const words = useMessages().desk.addParcel;
  const { language } = useSpoken();
  return (
    <>
      <div>
        <label for="country">{words.country}</label>
        <select id="country" name="country" autocomplete="off">
          <option value="">{words.unknownCountry}</option>
          {countriesIn(language).map(({ code, name }) => (
            <option key={code} value={code} selected={code === country}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div>
        <PlainField isOptional name="postal-code" label={words.postalCode} value={postalCode} />
      </div>
    </>
  );
}

/** Which contact is stored, and so whether the recipient gets messages. */
function Informed({ form }: { readonly form: URLSearchParams }) {
  const words = useMessages().desk.addParcel;
  const channel = CHANNELS.find((each) => each === form.get('inform')) ?? 'email';
  return (
    <fieldset class="stack informed">
      <legend>{words.inform}</legend>
      <div>
        {CHANNELS.map((each) => (
          <label key={each} class="check">
            <input type="radio" name="inform" value={each} checked={each === channel} />{' '}
            {words.channels[each]}
          </label>
        ))}
      </div>
      <div class="fields">
        <div class="by-email">
          <PlainField isOptional name="email" label={words.email} value={form.get('email') ?? ''} />
        </div>
        <div class="by-sms">
          <PlainField isOptional name="phone" label={words.phone} value={form.get('phone') ?? ''} />
        </div>
      </div>
    </fieldset>
  );
}
