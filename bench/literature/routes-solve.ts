import { writeFile } from 'node:fs/promises';
import { readText, UnusableFile, unusable } from '../../src/cli/input-file.ts';
import {
  byIterations,
  byTime,
  readTsplib,
  readVroom,
  readWindowLine,
  type SearchBudget,
  type Solution,
  solveTour,
  solveWindows,
  UnreadableInstance,
  vroomProblem,
  windowsElsewhere,
} from '../../src/fleet/dispatch/index.ts';
import { createHttpClient } from '../../src/platform/net/http-client.ts';
import { askVroom, type VroomServer } from '../../src/platform/net/vroom-server.ts';

export interface RoutesSolveArgs {
  readonly files: readonly string[];
  /** The processor time for each instance. */
  readonly ms: number;
  /** The number of iterations, instead of `ms`; null: the limit is the time. */
  readonly iterations: number | null;
  readonly seed: number;
  /** The file to which the JSON lines are written, too; null: none. */
  readonly out: string | null;
  readonly json: boolean;
  /** The solver for stops with windows; null: our own search. */
  readonly vroom: VroomServer | null;
}

/**
 * Runs `bench/literature.ts routes solve`: solves one instance after the other, each for this much
 * processor time, including reading it. Starts no server and no database. Resolves with the exit
 * code: 2 for unreadable input, with file, line and what to fix; instances solved before are
 * printed.
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
      for await (const solved of solvedOf(file, text, args, complain)) {
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
  /** The processor time used. */
  readonly ms: number;
  /** The solver; absent: our own search. */
  readonly solver?: 'vroom';
}

async function* solvedOf(
  file: string,
  text: string,
  args: RoutesSolveArgs,
  complain: (line: string) => void,
): AsyncGenerator<Solved> {
  if (!/^\s*\{/.test(text)) {
    yield solve(args, (budget) => {
      const instance = readable(file, () => readTsplib(text));
      return { name: instance.name, ...solveTour(instance, budget) };
    });
    return;
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const elsewhere =
      args.vroom && (await solveByVroom(args.vroom, file, line, index + 1, complain));
    if (elsewhere) {
      yield elsewhere;
      continue;
    }
    yield solve(args, (budget) => {
      const instance = readable(file, () => readWindowLine(line, index + 1));
      return { name: instance.name, ...solveWindows(instance, budget) };
    });
  }
}

function solve(
  { ms, iterations, seed }: RoutesSolveArgs,
  run: (budget: SearchBudget) => Solution & { readonly name: string },
): Solved {
  const from = process.cpuUsage();
  const usedMs = () => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  };
  const budget = iterations === null ? byTime(usedMs, ms, seed) : byIterations(iterations, seed);
  const { name, length, order, feasible, routes } = run(budget);
  const several = routes === undefined ? {} : { routes };
  return { name, length, order, ...several, feasible, ms: Math.round(usedMs() * 10) / 10 };
}

/**
 * Solves an instance by VROOM; null, after saying why, if VROOM gives no answer that keeps every
 * rule and visits every place.
 */
async function solveByVroom(
  server: VroomServer,
  file: string,
  line: string,
  index: number,
  complain: (line: string) => void,
): Promise<Solved | null> {
  const from = process.cpuUsage();
  const instance = readable(file, () => readWindowLine(line, index));
  const without = (why: string): null => {
    complain(`${file}:${index}: ${instance.name}: solved without VROOM: ${why}`);
    return null;
  };
  const { problem, toResult } = windowsElsewhere(instance);
  const vroom = vroomProblem(problem);
  if ('unsupported' in vroom) return without(vroom.unsupported);
  const http = createHttpClient();
  const said = await askVroom(http, server, vroom.problem).finally(() => http.close());
  if (said.kind === 'failed') return without(said.why);
  const read = readVroom(said.json, problem);
  if ('fault' in read) {
    return without(read.vroomReason === null ? read.fault : `${read.fault}: ${read.vroomReason}`);
  }
  const solution = toResult(read.orders);
  if (!solution.feasible) return without('it leaves places out');
  const { user, system } = process.cpuUsage(from);
  const ms = Math.round((user + system) / 100) / 10;
  return { name: instance.name, ...solution, ms, solver: 'vroom' };
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableInstance)) throw error;
    throw new UnusableFile(`${file}:${error.line}: ${error.message}`);
  }
}

function inWords({ name, length, order, feasible, routes, ms, solver }: Solved): string {
  const several = routes === undefined ? '' : ` on ${routes.length} vehicles`;
  const missed = routes === undefined ? 'some windows are missed' : 'not all places fit';
  const suffix = feasible ? '' : `, but ${missed}`;
  return `${name}: ${order.length} places${several}, length ${length}${suffix} (${ms} ms${solver ? ', by VROOM' : ''})`;
}
