import { writeFile } from 'node:fs/promises';
import {
  byIterations,
  byTime,
  type Labour,
  readTsplib,
  readWindowLine,
  type Solution,
  solveTour,
  solveWindows,
  UnreadableInstance,
} from '../../dispatch/index.ts';
import { readText, UnusableFile, unusable } from '../input-file.ts';

export interface RoutesSolveArgs {
  readonly files: readonly string[];
  /** Processor time for each instance. */
  readonly ms: number;
  /** Instead of `ms`; null: by time. */
  readonly iterations: number | null;
  readonly seed: number;
  /** Where to write the JSON lines as well; null: nowhere. */
  readonly out: string | null;
  readonly json: boolean;
}

/**
 * `waybill routes solve`: one instance after the other, each for so much processor time, which is
 * counted from reading it on. Starts no server and no database. Resolves with the exit code: 2 for
 * input that cannot be read, with file, line and what to mend; what was solved before is printed.
 */
export async function routesSolve(
  args: RoutesSolveArgs,
  write: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  const lines: string[] = [];
  try {
    for (const file of args.files) {
      const text = await readText(file);
      for (const solved of solvedOf(file, text, args)) {
        lines.push(JSON.stringify(solved));
        write(args.json ? (lines.at(-1) as string) : inWords(solved));
      }
    }
    if (args.out !== null) {
      await writeFile(args.out, lines.map((line) => `${line}\n`).join('')).catch(
        unusable(args.out),
      );
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    complain(error.message);
    return 2;
  }
}

interface Solved extends Solution {
  readonly name: string;
  /** Processor time. */
  readonly ms: number;
}

function* solvedOf(file: string, text: string, args: RoutesSolveArgs): Generator<Solved> {
  if (!/^\s*\{/.test(text)) {
    yield solve(args, (labour) => {
      const instance = readable(file, () => readTsplib(text));
      return { name: instance.name, ...solveTour(instance, labour) };
    });
    return;
  }
  for (const [nr, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    yield solve(args, (labour) => {
      const instance = readable(file, () => readWindowLine(line, nr + 1));
      return { name: instance.name, ...solveWindows(instance, labour) };
    });
  }
}

function solve(
  { ms, iterations, seed }: RoutesSolveArgs,
  run: (labour: Labour) => Solution & { readonly name: string },
): Solved {
  const from = process.cpuUsage();
  const usedMs = () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  };
  const labour = iterations === null ? byTime(usedMs, ms, seed) : byIterations(iterations, seed);
  const { name, length, order, feasible, routes } = run(labour);
  const several = routes === undefined ? {} : { routes };
  return { name, length, order, ...several, feasible, ms: Math.round(usedMs() * 10) / 10 };
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableInstance)) throw error;
    throw new UnusableFile(`${file}:${error.line}: ${error.message}`);
  }
}

function inWords({ name, length, order, feasible, routes, ms }: Solved): string {
  const several = routes === undefined ? '' : ` on ${routes.length} vehicles`;
  const missed = routes === undefined ? 'some windows are missed' : 'not all places fit';
  const kept = feasible ? '' : `, but ${missed}`;
  return `${name}: ${order.length} places${several}, length ${length}${kept} (${ms} ms)`;
}
