import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The result of one round of a drill. */
export interface Round<Result> {
  readonly round: number;
  readonly result: Result;
}

/**
 * The rounds of a drill that takes longer than one session: finished rounds are stored in
 * `WAYBILL_DRILLS` (a folder), one line each, and the next start continues after them. Without
 * that setting nothing is stored, and each start begins at the first round.
 */
export interface Drill<Result> {
  /** Numbers of the remaining rounds. */
  readonly left: readonly number[];
  /** All finished rounds, including those of earlier starts. */
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

/** A line truncated by a kill does not count. */
function readRounds<Result>(file: string): Round<Result>[] {
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Round<Result>);
}
