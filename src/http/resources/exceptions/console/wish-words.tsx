import { type CaseView, wishSays } from '../../../../reactions/exceptions/index.ts';

type Wish = NonNullable<CaseView['wishes'][number]['wish']>;

/** A wish as whoever sees to it reads it, whichever kind it is. */
export function WishFacts({ wish }: { readonly wish: Wish | null }) {
  if (wish === null) return <p class="soft">It was erased.</p>;
  return (
    <dl class="facts">
      {factsOf(wish).flatMap(([name, value]) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name} value`}>{value}</dd>,
      ])}
    </dl>
  );
}

function factsOf(wish: Wish): readonly (readonly [string, string])[] {
  const { date, window, instructions, place, address } = wishSays(wish);
  const rows: readonly (readonly [string, string | null])[] = [
    ['Wants', WANTS[wish.kind]],
    ['Day', date && `${WEEKDAY.format(Date.parse(date))} ${date}`],
    ['Time of day', window],
    ['For the driver', instructions],
    ['Pickup point', place],
    ['Its id', wish.kind === 'pickup_point' ? wish.point_id : null],
    ['Address', wish.kind === 'address' ? (address?.join(', ') ?? 'correct as it is') : null],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

const WANTS: Readonly<Record<Wish['kind'], string>> = {
  reschedule: 'another day',
  pickup_point: 'pickup at a pickup point',
  hold_at_facility: 'pickup at a carrier depot',
  address: 'corrected address',
};
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' });
