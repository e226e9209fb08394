import {
  type PickupPoint,
  RETURN_REASONS,
  type RedirectKind,
  type RedirectOption,
} from '../../../adapters/contract/extras.ts';
import { trackingPageOf } from '../../../adapters/index.ts';
import type { ErrorText } from '../../../kernel/errors.ts';
import { countriesIn } from '../../../kernel/places/country-list.ts';
import type { ShipmentView } from '../../../tracking/ports/shipments.ts';
import { Faults, type FormField, FormRefused } from '../kit/faults.tsx';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages, useSpoken } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames } from '../kit/names.ts';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { AT } from '../shipments/listing.ts';
import type { Possible, Refusal } from './body.ts';
import {
  Choice,
  NothingSaid,
  OwnCouriers,
  type RedirectField,
  type Said,
  TextField,
} from './redirect-forms.tsx';

interface Props extends DeskPageProps {
  readonly view: ShipmentView;
  readonly possible: Possible;
  readonly refusal?: Refusal;
}

/** A wrapper, because texts are available only during rendering. */
export const RedirectPage = (props: Props) => <Page {...props} />;

function Page({ deps, call, view, possible, refusal }: Props) {
  const words = useMessages().desk.redirect;
  const carrierOf = useCarrierNames(deps);
  const { id, carrier, trackingNumber } = view.shipment;
  const shown = carrierOf(carrier);
  const to = `${shipmentPathOf(id)}/redirect`;
  const said = refusal?.said ?? NothingSaid;
  const { title: list } = useMessages().desk.shipments;
  const refused =
    refusal === undefined
      ? null
      : { problem: refusal.problem, fields: fieldsOf(words.fields, said.get('kind')) };
  return (
    <DeskLayout {...{ deps, visitor: call.visitor }} title={words.title} at={AT}>
      <PageHead
        title={words.title}
        above={[
          [AT, list],
          [shipmentPathOf(id), trackingNumber],
        ]}
      />
      {refused && <Faults {...refused} />}
      <FormRefused value={refused}>
        {possible.kind === 'own' && <OwnCouriers {...{ to, said, possible }} />}
        {possible.kind === 'carrier' && (
          <>
            <p class="lead">{words.lead({ carrier: shown })}</p>
            {possible.options.map((option) => (
              <Offer
                key={option.kind}
                {...{ to, option, shown, said }}
                points={possible.points}
                isAgain={refusal?.problem.code === 'conflict' && said.get('kind') === option.kind}
              />
            ))}
          </>
        )}
      </FormRefused>
      {possible.kind === 'ended' && <p class="lead">{words.ended}</p>}
      {possible.kind === 'none' && <Instead {...{ deps, view, shown }} why={possible.why} />}
    </DeskLayout>
  );
}

/** The fields of a form, by the pointer into the API request. */
function fieldsOf(names: Readonly<Record<RedirectField, string>>, kind: string | null) {
  const at = (field: RedirectField): FormField =>
    kind === null ? { name: names[field] } : { name: names[field], control: `${kind}-${field}` };
  return {
    '/to/point_id': at('point_id'),
    '/to/date': at('date'),
    '/date': at('date'),
    '/to/reason': at('reason'),
    '/to/address/lines': at('line1'),
    '/company': at('company'),
    '/line1': at('line1'),
    '/line2': at('line2'),
    '/contact/name': at('contact_name'),
    '/contact/phone': at('contact_phone'),
    '/contact/email': at('contact_email'),
    '/instructions': at('instructions'),
    ...Object.fromEntries(
      (['name', 'city', 'region', 'postal_code', 'country'] as const).flatMap((name) => [
        [`/to/address/${name}`, at(name)],
        [`/${name}`, at(name)],
      ]),
    ),
  };
}

interface OfferProps {
  readonly to: string;
  readonly option: RedirectOption;
  readonly points: readonly PickupPoint[];
  /** The carrier's display name. */
  readonly shown: string;
  readonly said: Said;
  /** The request was refused because the carrier has already accepted another one. */
  readonly isAgain: boolean;
}

function Offer({ to, option, points, shown, said, isAgain }: OfferProps) {
  const words = useMessages().desk.redirect;
  const { kind, charge, eligibility, needsContact, takesInstructions = false } = option;
  if (eligibility === 'not_eligible') {
    return (
      <section class="card" aria-label={words.kinds[kind]}>
        <h2>{words.kinds[kind]}</h2>
        <p class="soft">{words.notNow({ carrier: shown })}</p>
      </section>
    );
  }
  const own = said.get('kind') === kind ? said : NothingSaid;
  return (
    <details class="card" open={own !== NothingSaid}>
      <summary>{words.kinds[kind]}</summary>
      <PostForm to={to} class="stack narrow">
        <input type="hidden" name="kind" value={kind} />
        <p class="soft">
          {charge === null
            ? words.mayCharge
            : words.charge({ amount: `${charge.amount} ${charge.currency}` })}{' '}
          {eligibility === 'unknown' && words.unsure({ carrier: shown })}
        </p>
        <Target {...{ kind, option, points }} said={own} />
        {needsContact && <Contact kind={kind} shown={shown} said={own} />}
        {takesInstructions && (
          <TextField
            {...{ kind, said: own }}
            name="instructions"
            label={words.fields.instructions}
          />
        )}
        {isAgain && (
          <label class="check">
            <input type="checkbox" name="replace" value="yes" /> {words.replace}
          </label>
        )}
        <button type="submit">{words.submits[kind]}</button>
      </PostForm>
    </details>
  );
}

interface TargetProps {
  readonly kind: RedirectKind;
  readonly option: RedirectOption;
  readonly points: readonly PickupPoint[];
  readonly said: Said;
}

function Target({ kind, option, points, said }: TargetProps) {
  const words = useMessages().desk.redirect;
  const { fields } = words;
  const { language } = useSpoken();
  switch (kind) {
    case 'hold_at_facility':
      return null;
    case 'pickup_point':
      if (points.length === 0) {
        return (
          <TextField {...{ kind, said }} name="point_id" label={fields.point_id} isNeeded>
            {words.fetchHint}
          </TextField>
        );
      }
      return (
        <Choice
          {...{ kind, said }}
          name="point_id"
          label={fields.point_id}
          options={points.map(({ id, name, address }) => [id, pointName(name, address)])}
        />
      );
    case 'address':
      return (
        <>
          {(['name', 'line1', 'line2', 'postal_code', 'city', 'region'] as const).map((name) => (
            <TextField
              key={name}
              {...{ kind, said, name }}
              label={fields[name]}
              isNeeded={name !== 'line2' && name !== 'region'}
            />
          ))}
          <Choice
            {...{ kind, said }}
            name="country"
            label={fields.country}
            options={countriesIn(language).map(({ code, name }) => [code, name])}
          />
        </>
      );
    case 'reschedule':
      return option.dates === null ? (
        <TextField {...{ kind, said }} name="date" label={fields.date} type="date" isNeeded />
      ) : (
        <Choice
          {...{ kind, said }}
          name="date"
          label={fields.date}
          options={option.dates.map((date) => [date, date])}
        />
      );
    case 'return':
      return (
        <Choice
          {...{ kind, said }}
          name="reason"
          label={fields.reason}
          options={(option.reasons ?? RETURN_REASONS).map((each) => [each, words.reasons[each]])}
        />
      );
  }
}

function pointName(name: string, { street, postalCode, city }: PickupPoint['address']): string {
  const town = [postalCode, city].filter(Boolean).join(' ');
  return [name, street, town].filter(Boolean).join(', ');
}

function Contact({
  kind,
  shown,
  said,
}: {
  readonly kind: string;
  readonly shown: string;
  readonly said: Said;
}) {
  const words = useMessages().desk.redirect;
  const { fields } = words;
  return (
    <>
      <TextField {...{ kind, said }} name="contact_name" label={fields.contact_name} isNeeded>
        {words.contactHint({ carrier: shown })}
      </TextField>
      <TextField {...{ kind, said }} name="contact_phone" label={fields.contact_phone} isNeeded />
      <TextField {...{ kind, said }} name="contact_email" label={fields.contact_email} />
    </>
  );
}

interface InsteadProps {
  readonly deps: DeskDeps;
  readonly view: ShipmentView;
  readonly shown: string;
  /** In sentences; empty: no reason is known. */
  readonly why: readonly ErrorText[];
}

/** Shown when no request can be made here. */
function Instead({ deps, view, shown, why }: InsteadProps) {
  const words = useMessages().desk.redirect;
  const { carrier, trackingNumber } = view.shipment;
  const at = trackingPageOf(deps.parts.adapters, carrier);
  return (
    <>
      <p class="lead">
        {why.length === 0 && words.nothing({ carrier: shown })}
        {why.map((each) => (
          <>
            <Sentence text={each} />{' '}
          </>
        ))}
      </p>
      <section class="card" aria-labelledby="instead">
        <h2 id="instead">{words.instead}</h2>
        <ul class="plain">
          <li>{words.insteadCarrier({ carrier: shown })}</li>
          <li>{words.insteadRecipient}</li>
          <li>{words.insteadShown}</li>
        </ul>
        {at !== null && (
          <p>
            <a href={at.replace('{number}', () => encodeURIComponent(trackingNumber))}>
              {words.carrierPage({ carrier: shown })}
            </a>
          </p>
        )}
      </section>
    </>
  );
}
