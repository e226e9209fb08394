import { type CaseView, deliveryRequestContent } from '../../../../reactions/exceptions/index.ts';

type DeliveryRequest = NonNullable<CaseView['deliveryRequests'][number]['deliveryRequest']>;

/** A request of any kind, as shown to the person who handles it. */
export function DeliveryRequestFacts({
  deliveryRequest,
}: {
  readonly deliveryRequest: DeliveryRequest | null;
}) {
  if (deliveryRequest === null)
    return <p class="soft">The details of this request were deleted.</p>;
  return (
    <dl class="facts">
      {factsOf(deliveryRequest).flatMap(([name, value]) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name} value`}>{value}</dd>,
      ])}
    </dl>
  );
}

function factsOf(deliveryRequest: DeliveryRequest): readonly (readonly [string, string])[] {
  const { date, window, instructions, place, address } = deliveryRequestContent(deliveryRequest);
  const rows: readonly (readonly [string, string | null])[] = [
    ['Wants', WANTS[deliveryRequest.kind]],
    ['Day', date && `${WEEKDAY.format(Date.parse(date))} ${date}`],
    ['Time of day', window],
    ['For the driver', instructions],
    ['Pickup point', place],
    ['Pickup point id', deliveryRequest.kind === 'pickup_point' ? deliveryRequest.point_id : null],
    [
      'Address',
      deliveryRequest.kind === 'address' ? (address?.join(', ') ?? 'correct as it is') : null,
    ],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

const WANTS: Readonly<Record<DeliveryRequest['kind'], string>> = {
  reschedule: 'another day',
  pickup_point: 'pickup at a pickup point',
  hold_at_facility: 'pickup at a carrier depot',
  address: 'corrected address',
};
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' });
