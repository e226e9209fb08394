import type { Place } from '../matching/policy.ts';
import type { Day, Delivered } from './simulate.ts';

interface Stop {
  readonly at: number;
  readonly place: Place;
  readonly isPickup: boolean;
  readonly row: Delivered;
}

/**
 * Lists what is wrong with a day's deliveries by the day's rules; empty if nothing is. It is
 * independent of the simulator and uses only when and where each courier is said to have been.
 */
export function faultsOf(day: Day, delivered: readonly Delivered[]): string[] {
  const faults: string[] = [];
  const check = (isRight: boolean, row: Delivered, what: string) => {
    if (!isRight) faults.push(`${row.order.id}: ${what}`);
  };
  const ids = new Set(delivered.map(({ order }) => order.id));
  if (ids.size !== delivered.length) faults.push('an order is delivered twice');
  const byCourier = new Map<number, Delivered[]>();
  for (const row of delivered) {
    byCourier.set(row.courier, [...(byCourier.get(row.courier) ?? []), row]);
  }
  for (const [index, rows] of byCourier) {
    const courier = day.couriers[index];
    if (courier === undefined) {
      faults.push(`there is no courier ${index}`);
      continue;
    }
    for (const row of rows) {
      const { order, assignedS, pickupS, dropoffS } = row;
      check(assignedS >= order.placedS, row, 'assigned before it was placed');
      check(assignedS >= order.readyS - day.rules.assignAheadS, row, 'assigned too early');
      check(assignedS >= courier.onS && assignedS <= courier.offS, row, 'assigned off shift');
      check(pickupS >= order.readyS, row, 'picked up before it was ready');
      check(dropoffS > pickupS, row, 'delivered before it was picked up');
      if (day.rules.shiftEndBounds === 'pickup') {
        check(pickupS <= courier.offS, row, 'picked up after the shift');
      }
    }
    const stops = rows
      .flatMap((row): Stop[] => [
        { at: row.pickupS, place: row.order.pickup, isPickup: true, row },
        { at: row.dropoffS, place: row.order.dropoff, isPickup: false, row },
      ])
      .sort((one, other) => one.at - other.at);
    let place = courier.place;
    let leftS = courier.onS;
    let at = Number.NaN;
    for (const stop of stops) {
      const { rules } = day;
      // Several parcels at one moment at one place are one stop.
      if (stop.at === at && stop.place === place) continue;
      const fromS = stop.isPickup ? Math.max(leftS, stop.row.assignedS) : leftS;
      const legS = rules.legS(place, stop.place, courier.speedMS);
      const beforeS = stop.isPickup ? rules.pickupBeforeS : rules.dropoffBeforeS;
      check(
        stop.at >= fromS + legS + beforeS,
        stop.row,
        `is reached too early by courier ${index}`,
      );
      place = stop.place;
      at = stop.at;
      leftS = stop.at + (stop.isPickup ? rules.pickupAfterS : rules.dropoffAfterS);
    }
  }
  return faults;
}
