import { writeFile } from 'node:fs/promises';
import { readText, UnusableFile, unusable } from '../../src/cli/input-file.ts';
import {
  evaluateRides,
  type ListedRide,
  type RideBacktest,
  type RideHistory,
  type RoadFix,
  type RoadRows,
  readFixes,
  readRides,
  roadEvaluationJson,
  roadEvaluationTable,
} from '../../src/prediction/index.ts';

export interface EtaEvaluateArgs {
  readonly train: string;
  readonly test: string;
  readonly pings: readonly string[];
  /** The file for predictions at departure; null: none. */
  readonly out: string | null;
  readonly seed: number;
  readonly json: boolean;
}

type Write = (line: string) => void;

/** How many omitted rows are listed; the others are only counted. */
const FAULTS_LISTED_MAX = 20;

/**
 * Runs `bench/literature.ts eta evaluate`: how well drives of the test file would have been
 * predicted, day by day, given those of the other file and those that had ended since. Starts no
 * server and no database. Resolves with the exit code: 2 for files that cannot be read or written.
 */
export async function etaEvaluate(
  { train, test, pings, out, seed, json }: EtaEvaluateArgs,
  write: Write,
  complain: Write,
): Promise<number> {
  try {
    const known = await rowsOf(train, readRides, complain);
    const tested = await rowsOf(test, readRides, complain);
    if (tested.length === 0) throw new UnusableFile(`${test}: contains no drive to predict`);
    const fixes = await fixesOf(pings, [...known, ...tested], complain);
    const evaluation = evaluateRides(known, tested, fixes, { seed, pause: () => undefined });
    const { tooLate } = evaluation.backtest;
    if (tooLate > 0)
      complain(`${train}: ${tooLate} drives had not ended before the first of ${test}; left out`);
    if (out !== null) await writeFile(out, csvOf(evaluation.backtest)).catch(unusable(out));
    write(json ? JSON.stringify(roadEvaluationJson(evaluation)) : roadEvaluationTable(evaluation));
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    complain(error.message);
    return 2;
  }
}

async function rowsOf<T>(
  file: string,
  read: (text: string) => RoadRows<T>,
  complain: Write,
): Promise<readonly T[]> {
  const found = read(await readText(file));
  if (!found.ok)
    throw new UnusableFile(
      `${file}:${found.line}: ${found.reason}; see "Drive times" in the guide to own couriers`,
    );
  for (const { line, reason } of found.faults.slice(0, FAULTS_LISTED_MAX)) {
    complain(`${file}:${line}: row left out: ${reason}`);
  }
  if (found.faults.length > FAULTS_LISTED_MAX)
    complain(`${file}: ${found.faults.length} rows left out`);
  return found.rows;
}

/** Reads the positions of drives that are in one of the files, in order of time. */
async function fixesOf(
  files: readonly string[],
  rides: readonly ListedRide[],
  complain: Write,
): Promise<RideHistory['fixes']> {
  const byTrip = new Map<string, RoadFix[]>();
  if (files.length === 0) return byTrip;
  const known = new Set(rides.map(({ id }) => id));
  for (const file of files) {
    const fixes = await rowsOf(file, readFixes, complain);
    let strange = 0;
    for (const { trip, atMs, lat, lng } of fixes) {
      const trail = byTrip.get(trip);
      if (!known.has(trip)) strange += 1;
      else if (trail === undefined) byTrip.set(trip, [{ atMs, lat, lng }]);
      else trail.push({ atMs, lat, lng });
    }
    if (strange > 0) complain(`${file}: ${strange} positions of drives that no file has; left out`);
  }
  for (const trail of byTrip.values()) trail.sort((a, b) => a.atMs - b.atMs);
  return byTrip;
}

function csvOf({ departures }: RideBacktest): string {
  const rows = departures.map(({ ride, predicted }) =>
    [
      csvCell(ride.id),
      ...[predicted.p10Min, predicted.p50Min, predicted.p90Min].map((min) => min.toFixed(4)),
    ].join(),
  );
  return `trip,p10,p50,p90\n${rows.join('\n')}\n`;
}

function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
