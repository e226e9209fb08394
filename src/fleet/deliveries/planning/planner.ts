import type { LatLng } from '../../../kernel/places/distance.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { VroomServer } from '../../../platform/net/vroom-server.ts';
import { runInChildProcess } from '../../../platform/process/child-process.ts';
import { placesOf, type RoundsToPlan, type TravelBy, type TravelS } from '../../dispatch/index.ts';
import type { DonePlan } from './plan-task.ts';

/** The input of the planning process. */
export interface PlanTask {
  readonly rounds: RoundsToPlan;
  readonly by: TravelBy;
  /** Drive times between the places; null: straight lines are used. */
  readonly travelS: TravelS | null;
  /** CPU time that our own search may use, in milliseconds. */
  readonly forMs: number;
  /** The VROOM server to use; null: our own search. */
  readonly vroom: VroomServer | null;
}

type PlanOutcome =
  | (Omit<DonePlan, 'vroomReason' | 'isAway'> & {
      readonly kind: 'planned';
      readonly roads: boolean;
    })
  /** The maximum number of plans is running, or the machine is overloaded. */
  | { readonly kind: 'busy' };

/** Plans rounds for requests, outside the event loop and only few at a time. */
export interface Planner {
  plan(
    rounds: RoundsToPlan,
    how: { readonly by: TravelBy; readonly atMs: number; readonly forMs: number },
  ): Promise<PlanOutcome>;
}

interface PlannerDeps {
  /**
   * Finds the drive times in seconds between all of these places, in the order of `TravelS`; null:
   * no street data for this area.
   */
  readonly travel: (
    places: readonly LatLng[],
    departure: { readonly by: TravelBy; readonly atMs: number },
  ) => Promise<TravelS | null>;
  /** What puts stops in order; absent: our own search. */
  readonly vroom?: VroomServer | null;
  /** Receives why VROOM was not used, and VROOM's own reason. */
  readonly onWarning?: (warning: string, vroomReason: string | null) => void;
  readonly clock: Clock;
  /** Runs a task; by default in a process of its own. */
  readonly run?: (task: PlanTask) => Promise<DonePlan>;
}

/** How many plans are computed at once: each has a process and a core to itself. */
const AT_ONCE = 2;
/** How many requests may wait: more would wait longer than callers do. */
const WAITING_MAX = 6;
/**
 * Time limit of a plan. On a loaded machine planning yields to everything else, but past this limit
 * something is wrong.
 */
const PATIENCE_MS = 60_000;
/** After VROOM hung or was unreachable, requests skip it for this long. */
const REST_MS = 30_000;

const RESTING_WARNING = 'VROOM was not asked: it gave no answer within the last 30 s.';

/** Creates the planner of rounds. */
export function createPlanner(deps: PlannerDeps): Planner {
  const { travel, clock, vroom = null, run = inChildProcess, onWarning = () => {} } = deps;
  let running = 0;
  let restsUntilMs = Number.NEGATIVE_INFINITY;

  /** Runs a task, without VROOM while it rests, and passes on why VROOM was not used. */
  async function planOrRest(task: PlanTask): Promise<Omit<DonePlan, 'vroomReason' | 'isAway'>> {
    const isResting = task.vroom !== null && clock.nowMs() < restsUntilMs;
    const { vroomReason, isAway, ...done } = await run(isResting ? { ...task, vroom: null } : task);
    if (isAway) restsUntilMs = clock.nowMs() + REST_MS;
    const warning = isResting ? RESTING_WARNING : done.warning;
    if (warning !== null) onWarning(warning, vroomReason);
    return { ...done, warning };
  }

  const waiting: (() => void)[] = [];
  return {
    async plan(rounds, { by, atMs, forMs }) {
      if (running >= AT_ONCE) {
        if (waiting.length >= WAITING_MAX) return { kind: 'busy' };
        // The finishing request passes its slot on.
        await new Promise<void>((resolve) => void waiting.push(resolve));
      } else {
        running += 1;
      }
      try {
        const travelS = await travel(placesOf(rounds), { by, atMs });
        const done = await planOrRest({ rounds, by, travelS, forMs, vroom });
        return { kind: 'planned', ...done, roads: travelS !== null };
      } catch (error) {
        if (error instanceof Error && error.name === 'TimeoutError') return { kind: 'busy' };
        throw error;
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}

async function inChildProcess(task: PlanTask): Promise<DonePlan> {
  const file = new URL('./plan-worker.ts', import.meta.url);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return (await runInChildProcess(file, task, { signal })) as DonePlan;
}
