import type { RoundsToPlan, StopToPlan, TravelS, VehicleToPlan } from './plan-input.ts';

/** A visit to a stop; seconds as in the input. */
export interface Call {
  /** Index in the list. */
  readonly stop: number;
  readonly arrivesS: number;
  readonly beginsS: number;
  readonly leavesS: number;
  /** After the end of its window. */
  readonly lateS: number;
}

export interface PlannedRound {
  readonly calls: readonly Call[];
  readonly driveS: number;
  readonly waitS: number;
  /** Arrival at the end, or the end of service at the last stop. */
  readonly backS: number;
  readonly backLateS: number;
}

/** Simulates a vehicle's stops in this order. Pure. */
export function drive(
  { stops, vehicles }: RoundsToPlan,
  travelS: TravelS,
  vehicle: number,
  order: readonly number[],
): PlannedRound {
  const places = stops.length + 2 * vehicles.length;
  const { departsS, end, backByS } = vehicles[vehicle] as VehicleToPlan;
  let at = stops.length + vehicle;
  let timeS = departsS;
  let driveS = 0;
  let waitS = 0;
  const calls: Call[] = [];
  for (const stop of order) {
    const { fromS, toS, serviceS } = stops[stop] as StopToPlan;
    const leg = travelS[at * places + stop] as number;
    const arrivesS = timeS + leg;
    const beginsS = Math.max(arrivesS, fromS ?? arrivesS);
    const lateS = toS === null ? 0 : Math.max(0, beginsS - toS);
    timeS = beginsS + serviceS;
    driveS += leg;
    waitS += beginsS - arrivesS;
    calls.push({ stop, arrivesS, beginsS, leavesS: timeS, lateS });
    at = stop;
  }
  // A vehicle without stops stays where it is.
  if (end !== null && order.length > 0) {
    const leg = travelS[at * places + stops.length + vehicles.length + vehicle] as number;
    timeS += leg;
    driveS += leg;
  }
  const backLateS = backByS === null ? 0 : Math.max(0, timeS - backByS);
  return { calls, driveS, waitS, backS: timeS, backLateS };
}
