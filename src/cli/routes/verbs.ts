import { type Command, InvalidArgumentError } from 'commander';
import type { VroomServer } from '../../platform/net/vroom-server.ts';
import { ConfigError, readConfig } from '../../platform/settings/config.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface SolveFlags {
  readonly ms: number;
  readonly iterations?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: true;
  readonly vroom?: true;
}

/** `waybill routes …`: only computes, with no server and no database. */
export function addRouteVerbs(program: Command): void {
  const routes = program.command('routes').description('work out in which order to drive');
  routes
    .command('solve')
    .description('solve tours of TSPLIB files, and tours with time windows of JSON lines')
    .argument('<files...>', '.tsp files; .jsonl files, optionally gzipped')
    .option('--ms <ms>', 'processor time for each instance', duration, 200)
    .option('--iterations <number>', 'so many iterations instead: always the same answer', count)
    .option('--seed <number>', 'the same seed and iterations give the same answer', count, 1)
    .option('--out <file>', 'also write the JSON lines to this file')
    .option('--json', 'print one JSON line per instance')
    .option('--vroom', 'have VROOM of VROOM_URL solve those with windows; our own search else')
    .action(async (files: string[], options: SolveFlags) => {
      const { routesSolve } = await import('./solve.ts');
      const vroom = options.vroom === true ? vroomOf(process.env, complain) : null;
      if (vroom === undefined) {
        process.exitCode = 2;
        return;
      }
      const args = {
        files,
        ms: options.ms,
        iterations: options.iterations ?? null,
        seed: options.seed,
        out: options.out ?? null,
        json: options.json === true,
        vroom,
      };
      process.exitCode = await routesSolve(args, print, complain);
    });
}

/** An hour for one instance is a mistake. */
const MS_MAX = 3_600_000;

function duration(text: string): number {
  const ms = Number(text);
  if (text.trim() !== '' && ms > 0 && ms <= MS_MAX) return ms;
  throw new InvalidArgumentError(`Expected milliseconds, above 0 and up to ${MS_MAX}.`);
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at most nine digits.');
}

/** Undefined, and why: the settings name none. */
function vroomOf(env: NodeJS.ProcessEnv, say: (line: string) => void): VroomServer | undefined {
  try {
    const { vroom } = readConfig(env);
    if (vroom !== null) return vroom;
    say('VROOM_URL is not set: set it to where VROOM is, or leave --vroom out');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.message);
  }
  return undefined;
}
