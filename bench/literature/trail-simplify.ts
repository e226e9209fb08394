import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { simplify, synchronizedErrorsM } from '../../src/fleet/positions/index.ts';
import { ErrorTally } from './error-tally.ts';
import { readTrails, UnusableTrails } from './read-trails.ts';

export interface TrailSimplifyArgs {
  readonly file: string;
  readonly maxErrorM: number;
  /** The file for the remaining rows; null: none. */
  readonly out: string | null;
  readonly json: boolean;
}

/** The output of `bench/literature.ts trail simplify --json`. */
export interface TrailFigures {
  readonly trails: number;
  readonly points: number;
  readonly kept: number;
  readonly kept_share: number;
  readonly sed_max_m: number;
  readonly sed_p95_m: number;
}

/**
 * Runs `bench/literature.ts trail simplify`: selects the fewest rows of each trail that show where
 * it was at any moment, to within an error. Starts no server and no database, and reads one trail
 * at a time. Resolves with the exit code: 2 for files that cannot be read or written.
 */
export async function trailSimplify(
  { file, maxErrorM, out, json }: TrailSimplifyArgs,
  write: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const sink = out === null ? null : openSink(out);
  try {
    const figures = await simplifyAll(file, maxErrorM, sink, complain);
    await sink?.finish();
    write(json ? JSON.stringify(figures) : table(figures, maxErrorM));
    return 0;
  } catch (error) {
    await sink?.abandon();
    if (!(error instanceof UnusableTrails)) throw error;
    complain(error.message);
    return 2;
  }
}

async function simplifyAll(
  file: string,
  maxErrorM: number,
  sink: Sink | null,
  complain: (line: string) => void,
): Promise<TrailFigures> {
  const reader = readTrails(file, complain);
  const tally = new ErrorTally(maxErrorM);
  let trails = 0;
  let retained = 0;
  for await (const { trail, rows } of reader.trails) {
    if (trails === 0) await sink?.write([reader.header()]);
    trails += 1;
    const left = simplify(trail, maxErrorM);
    retained += left.length;
    tally.add(synchronizedErrorsM(trail, left));
    await sink?.write(Array.from(left, (index) => rows[index] ?? ''));
  }
  if (trails === 0) throw new UnusableTrails(`${file}: contains no row that can be used`);
  const { count, mostM } = tally;
  return {
    trails,
    points: count,
    kept: retained,
    kept_share: rounded(retained / count, 5),
    sed_max_m: rounded(mostM, 3),
    sed_p95_m: rounded(tally.quantileM(0.95), 3),
  };
}

interface Sink {
  readonly write: (rows: readonly string[]) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly abandon: () => Promise<void>;
}

/** Opens the output. The file gets its name when it is complete. */
function openSink(out: string): Sink {
  const part = `${out}.part`;
  const disk = createWriteStream(part);
  let failed: Error | null = null;
  disk.on('error', (error) => {
    failed = new UnusableTrails(`${out}: cannot be written (${error.message})`);
  });
  const isZipped = /\.gz$/i.test(out);
  const gzip = isZipped ? createGzip() : null;
  gzip?.pipe(disk);
  const target: Writable = gzip ?? disk;
  const check = () => {
    if (failed !== null) throw failed;
  };
  return {
    write: async (rows) => {
      check();
      // The last row of a file may lack its line end.
      const text = rows.map((row) => `${row.replace(/[\r\n]+$/, '')}\n`).join('');
      if (!target.write(text)) await Promise.race([once(target, 'drain'), once(disk, 'close')]);
      check();
    },
    finish: async () => {
      target.end();
      await finished(disk).catch(check);
      await rename(part, out);
    },
    abandon: async () => {
      target.destroy();
      disk.destroy();
      await rm(part, { force: true });
    },
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function table(figures: TrailFigures, maxErrorM: number): string {
  const { trails, points, kept, kept_share, sed_max_m, sed_p95_m } = figures;
  return [
    `${trails} trails, ${points} points`,
    `kept: ${kept} (${(100 * kept_share).toFixed(1)} %), within ${maxErrorM} m`,
    `distance to where the courier was at that moment: 95 % up to ${sed_p95_m.toFixed(1)} m, all up to ${sed_max_m.toFixed(1)} m`,
  ].join('\n');
}
