import { ANY } from '../hazard/table.ts';
import type { Delays, Figures } from './figures.ts';
import type { Simulation } from './simulate.ts';

const HEADER = ['', 'calls', 'wasted', 'overall', 'out_for_delivery', 'delivered', 'exception'];

/** Writes a table for people: one row per policy, delays in minutes as mean / median / p95. */
export function simulationTable(simulation: Simulation): string {
  const rows = [
    HEADER,
    ...Object.entries(simulation.policies).map(([name, figures]) => rowOf(name, figures)),
  ];
  const widths = HEADER.map((_, nr) => Math.max(...rows.map((row) => row[nr]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, nr) => (nr === 0 ? cell.padEnd(widths[nr] ?? 0) : cell.padStart(widths[nr] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [
    `${simulation.parcels} ${simulation.parcels === 1 ? 'parcel' : 'parcels'}; calls per parcel; delays in minutes, mean / median / p95`,
    '',
    ...lines,
    ...driftLines(simulation),
  ].join('\n');
}

function rowOf(name: string, { callsPerParcel, wastedPerParcel, delayMinutes }: Figures) {
  return [
    name,
    callsPerParcel.toFixed(1),
    wastedPerParcel.toFixed(1),
    shown(delayMinutes.overall),
    shown(delayMinutes.out_for_delivery),
    shown(delayMinutes.delivered),
    shown(delayMinutes.exception),
  ];
}

function shown({ mean, median, p95 }: Delays): string {
  return [mean, median, p95].map((minutes) => minutes?.toFixed(0) ?? '–').join(' / ');
}

function driftLines({ drift }: Simulation): string[] {
  const moved = drift.filter(({ carrier }) => carrier !== ANY);
  if (moved.length === 0) return [];
  const lines = moved.map(
    ({ carrier, status, update, later_h, stretch }) =>
      `  ${carrier}: ${status} → ${update} ${later_h} h later in the day, waits × ${stretch}`,
  );
  return ['', 'schedule changes found by relearning:', ...lines];
}
