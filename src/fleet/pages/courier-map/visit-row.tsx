import { useMessages } from '../../../http/console/kit/language.ts';
import type { Pickup, StopAhead } from './stops-ahead.ts';

/** The number of a visit as on the map, which it shows there. */
export function VisitButton({ id, number, ...visit }: Pickup | StopAhead) {
  const { showStop } = useMessages().console.courierMap;
  return (
    <button
      type="button"
      class={'parcels' in visit ? undefined : 'at-pickup'}
      data-map-item={id}
      aria-label={showStop({ number })}
    >
      {number}
    </button>
  );
}

/** Where parcels are fetched, in a list of visits. */
export function PickupRow(pickup: Pickup) {
  const { dispatch, console: hub } = useMessages();
  const { name } = pickup;
  return (
    <li data-map-item={pickup.id}>
      <VisitButton {...pickup} />
      <span>
        {name === null ? hub.couriers.parcelStates.to_load : dispatch.board.pickup({ name })}
      </span>
    </li>
  );
}
