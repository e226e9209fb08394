import { ANY } from '../hazard/table.ts';
import { type Delays, type Figures, type Kind, SEPARATE_STATUSES } from './figures.ts';
import type { Simulation } from './simulate.ts';

const HEADER = ['', 'calls', 'wasted', 'overall', 'out_for_delivery', 'delivered', 'exception'];

/** Writes a table for people: one row per policy, delays in minutes as mean / median / p95. */
export function simulationTable(simulation: Simulation): string {
  const rows = [
    HEADER,
    ...Object.entries(simulation.policies).map(([name, figures]) => toCells(name, figures)),
  ];
  const widths = HEADER.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
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

function toCells(name: string, { callsPerParcel, wastedPerParcel, delayMinutes }: Figures) {
  return [
    name,
    callsPerParcel.toFixed(1),
    wastedPerParcel.toFixed(1),
    delaysText(delayMinutes.overall),
    delaysText(delayMinutes.out_for_delivery),
    delaysText(delayMinutes.delivered),
    delaysText(delayMinutes.exception),
  ];
}

function delaysText({ mean, median, p95 }: Delays): string {
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

/** Returns the output of `--json`: minutes and calls, rounded to a thousandth. */
export function simulationJson({ policies }: Simulation): object {
  return {
    policies: Object.fromEntries(
      Object.entries(policies).map(([name, figures]) => [name, figuresJson(figures)]),
    ),
  };
}

function figuresJson({ callsPerParcel, wastedPerParcel, delayMinutes }: Figures): object {
  return {
    calls_per_parcel: rounded(callsPerParcel),
    calls_wasted_per_parcel: rounded(wastedPerParcel),
    delay_minutes: Object.fromEntries(
      Object.entries(delayMinutes).map(([kind, delays]) => [kind, delaysJson(delays)]),
    ),
  };
}

function delaysJson({ mean, median, p95, count }: Delays): object {
  return { mean: rounded(mean), median: rounded(median), p95: rounded(p95), count };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}

const KINDS: readonly Kind[] = ['overall', ...SEPARATE_STATUSES];
const COLOURS: Readonly<Record<string, string>> = {
  fixed: '#b0553a',
  flat: '#c9a227',
  adaptive: '#2c6e63',
};
const WIDTH = 760;
const HEIGHT = 380;
const PLOT = { left: 60, right: 740, top: 50, bottom: 320 };
const GRID_LINES = 5;

/** Draws an SVG: for each kind of update one bar per policy (mean), and a line up to its p95. */
export function simulationPlot({ policies, parcels }: Simulation): string {
  const entries = Object.entries(policies);
  const topMinutes = niceCeiling(
    Math.max(
      1,
      ...entries.flatMap(([, { delayMinutes }]) => KINDS.map((k) => delayMinutes[k].p95 ?? 0)),
    ),
  );
  const y = (minutes: number) => PLOT.bottom - (minutes / topMinutes) * (PLOT.bottom - PLOT.top);
  const groupWidth = (PLOT.right - PLOT.left) / KINDS.length;
  const barWidth = (groupWidth * 0.7) / Math.max(1, entries.length);
  const bars = KINDS.flatMap((kind, k) => {
    const left = PLOT.left + k * groupWidth + groupWidth * 0.15;
    return [
      text(left + groupWidth * 0.35, PLOT.bottom + 20, kind.replaceAll('_', ' '), 'middle'),
      ...entries.map(([name, figures], p) =>
        drawBar(name, figures, kind, left + p * barWidth, barWidth, y),
      ),
    ];
  });
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, index) => {
    const minutes = (topMinutes * index) / GRID_LINES;
    return (
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(minutes)}" y2="${y(minutes)}" stroke="#ddd"/>` +
      text(PLOT.left - 8, y(minutes) + 4, String(Math.round(minutes)), 'end')
    );
  });
  const legend = entries.map(([name, { callsPerParcel }], index) => {
    const x = PLOT.left + index * 220;
    const label = `${name}, ${callsPerParcel.toFixed(1)} calls a parcel`;
    return (
      `<rect x="${x}" y="${HEIGHT - 26}" width="12" height="12" fill="${COLOURS[name]}"/>` +
      text(x + 18, HEIGHT - 16, label, 'start')
    );
  });
  const title = `Minutes until updates are seen (mean; line: 95 in 100), ${parcels} parcels`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left, 28, title, 'start'),
    ...grid,
    ...bars,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

/**
 * Draws a policy's bar as SVG: the mean delay, with a line up to the 95th percentile. Empty without
 * delays.
 */
function drawBar(
  name: string,
  { delayMinutes }: Figures,
  kind: Kind,
  x: number,
  width: number,
  y: (minutes: number) => number,
): string {
  const { mean, p95 } = delayMinutes[kind];
  if (mean === null || p95 === null) return '';
  const middle = x + width / 2;
  return (
    `<rect x="${x + 2}" y="${y(mean)}" width="${width - 4}" height="${PLOT.bottom - y(mean)}" fill="${COLOURS[name]}"/>` +
    `<line x1="${middle}" x2="${middle}" y1="${y(mean)}" y2="${y(p95)}" stroke="${COLOURS[name]}" stroke-width="2"/>` +
    text(middle, y(p95) - 5, p95.toFixed(0), 'middle') +
    text(middle, PLOT.bottom - 5, mean.toFixed(0), 'middle', '#fff')
  );
}

function text(
  x: number,
  y: number,
  words: string,
  anchor: 'start' | 'middle' | 'end',
  fill = '#333',
): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${words}</text>`;
}

/** Rounds up to 1, 2, 2.5 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5].find((by) => by * power >= value) ?? 10) * power;
}
