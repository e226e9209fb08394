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
    ['Part of the day', window],
    ['For the driver', instructions],
    ['Pickup point', place],
    ['Its number', wish.kind === 'pickup_point' ? wish.point_id : null],
    ['Address', wish.kind === 'address' ? (address?.join(', ') ?? 'right as it is') : null],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

const WANTS: Readonly<Record<Wish['kind'], string>> = {
  reschedule: 'another day',
  pickup_point: 'to fetch it at a pickup point',
  hold_at_facility: 'to fetch it at a depot of the carrier',
  address: 'the address to be right',
};
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' });
