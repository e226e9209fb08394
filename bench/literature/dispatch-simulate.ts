import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readText, UnusableFile, unusable } from '../../src/cli/input-file.ts';
import {
  type Day,
  type DayFigures,
  dayFigures,
  mean,
  POLICIES,
  type PolicyName,
  readCityDay,
  readMdrplib,
  rounded,
  type Simulation,
  simulateDay,
  UnreadableDay,
} from '../../src/fleet/dispatch/index.ts';

export interface DispatchSimulateArgs {
  /** Folders with instances of MDRPLib; empty: `orders` and `couriers` are given. */
  readonly folders: readonly string[];
  readonly orders: string | null;
  readonly couriers: string | null;
  readonly every: number;
  readonly policy: PolicyName;
  /** The file to which the outcome of each order is written; null: none. */
  readonly out: string | null;
  readonly json: boolean;
}

/**
 * Runs `bench/literature.ts dispatch simulate`: simulates days with known orders, using a policy
 * that sees only what was known at each moment. Starts no server and no database. Resolves with the
 * exit code: 2 for unreadable input, with file, line and what to fix.
 */
export async function dispatchSimulate(
  args: DispatchSimulateArgs,
  clockMs: () => number,
  write: (line: string) => void,
  complain: (line: string) => void,
): Promise<number> {
  try {
    const { days, clock } = await readDays(args);
    const simulations = days.map((day) => simulateDay(day, POLICIES[args.policy](), clockMs));
    if (args.out !== null) {
      await writeFile(args.out, csvOf(simulations, clock)).catch(unusable(args.out));
    }
    const figures = simulations.map(dayFigures);
    if (args.json) write(JSON.stringify(jsonOf(args, figures)));
    else for (const each of figures) write(inWords(each));
    return 0;
  } catch (error) {
    if (!(error instanceof UnusableFile || error instanceof UnreadableDay)) throw error;
    complain(error.message);
    return 2;
  }
}

/** Writes a time as in the files that were read. */
type Clock = (seconds: number) => string;

const MINUTE_S = 60;
const inMinutes: Clock = (seconds) => String(seconds / MINUTE_S);
const asClock: Clock = (seconds) =>
  [3_600, 60, 1]
    .map((unit, index) => padded(Math.floor(seconds / unit) % (index === 0 ? 100 : 60)))
    .join(':');
const padded = (number: number) => String(number).padStart(2, '0');

async function readDays(
  args: DispatchSimulateArgs,
): Promise<{ days: readonly Day[]; clock: Clock }> {
  const { folders, orders, couriers, every } = args;
  if ((orders === null) !== (couriers === null) || (orders === null) === (folders.length === 0)) {
    throw new UnusableFile(
      'pass either folders of MDRPLib, or a day by both --orders FILE and --couriers FILE',
    );
  }
  if (orders === null || couriers === null) {
    const days: Day[] = [];
    for (const folder of folders) days.push(await readFolder(folder));
    return { days, clock: inMinutes };
  }
  const day = readCityDay(
    basename(orders),
    { file: orders, text: await readText(orders) },
    { file: couriers, text: await readText(couriers) },
    every,
  );
  return { days: [day], clock: asClock };
}

async function readFolder(folder: string): Promise<Day> {
  const text = (name: string) => readText(join(folder, name));
  return readMdrplib(basename(folder), folder, {
    orders: await text('orders.txt'),
    couriers: await text('couriers.txt'),
    restaurants: await text('restaurants.txt'),
    parameters: await text('instance_parameters.txt'),
  });
}

/** The outcomes as CSV, with the instance as the last column if there are several. */
function csvOf(simulations: readonly Simulation[], clock: Clock): string {
  const several = simulations.length > 1;
  const lines = [`order,courier,assigned,pickup,dropoff${several ? ',instance' : ''}`];
  for (const { day, delivered } of simulations) {
    for (const { order, courier, assignedS, pickupS, dropoffS } of delivered) {
      const times = [assignedS, pickupS, dropoffS].map(clock);
      const id = day.couriers[courier]?.id ?? '';
      lines.push([order.id, id, ...times, ...(several ? [day.name] : [])].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}

function jsonOf({ policy, orders }: DispatchSimulateArgs, figures: readonly DayFigures[]): object {
  const clickToDoor = rounded(mean(figures.map((each) => each.click_to_door_min.mean)));
  if (orders === null) {
    return {
      policy,
      instances: figures.map(({ name, orders, delivered, click_to_door_min, tick_ms }) => ({
        name,
        orders,
        delivered,
        click_to_door_min,
        tick_ms,
      })),
      mean_click_to_door_min: clickToDoor,
    };
  }
  const [day] = figures as readonly [DayFigures];
  return {
    policy,
    instances: [day],
    mean_click_to_door_min: clickToDoor,
    ready_to_door_min: day.ready_to_door_min,
    delivered_share: day.orders === 0 ? 1 : day.delivered / day.orders,
    assignment_wait_min: day.assignment_wait_min,
  };
}

function inWords(day: DayFigures): string {
  const { click_to_door_min: click, ready_to_door_min: ready, assignment_wait_min: wait } = day;
  return [
    `${day.name}: ${day.delivered} of ${day.orders} orders delivered`,
    `click to door ${click.mean} min (p90 ${click.p90})`,
    `ready to door ${ready.mean} min`,
    `assigned after ${wait.mean} min (p95 ${wait.p95})`,
    `a decision took ${day.tick_ms.p50} ms (p99 ${day.tick_ms.p99})`,
  ].join(', ');
}
