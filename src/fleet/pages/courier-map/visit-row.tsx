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
  return (
    <li data-map-item={pickup.id}>
      <VisitButton {...pickup} />
      <span>
        <PickupText {...pickup} />
      </span>
    </li>
  );
}

/** What is fetched, by the name of its place if the reader may know it. */
export function PickupText({ name }: Pick<Pickup, 'name'>) {
  const { dispatch, console: hub } = useMessages();
  return <>{name === null ? hub.couriers.parcelStates.to_load : dispatch.board.pickup({ name })}</>;
}
