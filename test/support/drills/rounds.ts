import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** What became of one round of a drill. */
export interface Round<Result> {
  readonly round: number;
  readonly result: Result;
}

/**
 * The rounds of a drill that takes longer than one may sit beside it: what has been done lies in
 * `WAYBILL_DRILLS` (a folder), a line a round, and whoever starts the drill again goes on after it.
 * Without that setting nothing is written, and each start begins at the first round.
 */
export interface Drill<Result> {
  /** Those that are not done yet, by number. */
  readonly left: readonly number[];
  /** All that are, those of earlier starts too. */
  readonly done: readonly Round<Result>[];
  note(round: number, result: Result): void;
}

export function openDrill<Result>(name: string, rounds: number): Drill<Result> {
  const folder = process.env['WAYBILL_DRILLS'];
  const file = folder === undefined ? null : path.join(folder, `${name}.jsonl`);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const done: Round<Result>[] = file === null ? [] : readRounds<Result>(file);
  const known = new Set(done.map(({ round }) => round));
  return {
    left: Array.from({ length: rounds }, (_, round) => round).filter((round) => !known.has(round)),
    done,
    note(round, result) {
      done.push({ round, result });
      if (file !== null) appendFileSync(file, `${JSON.stringify({ round, result })}\n`);
    },
  };
}

/** A line that was cut off when a drill was killed is no round. */
function readRounds<Result>(file: string): Round<Result>[] {
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Round<Result>);
}
