import {
  type Labour,
  type PlannedRounds,
  planElsewhere,
  planRounds,
  type RoundsToPlan,
  readVroom,
  straightTravel,
  type TravelBy,
  type TravelS,
  vroomProblem,
} from '../../dispatch/index.ts';
import type { VroomOutcome } from '../../platform/net/vroom-server.ts';

/** A plan, who put it in order, and why it was not whom the settings name; null: it was. */
export interface DonePlan {
  readonly plan: PlannedRounds;
  readonly solver: 'own' | 'vroom';
  readonly warning: string | null;
}

/**
 * Plans rounds: by VROOM where it is asked and its answer keeps every rule, else by our own search.
 *
 * @param ask sends VROOM a problem; null: it is not set up.
 */
export async function planTask(
  given: {
    readonly rounds: RoundsToPlan;
    readonly by: TravelBy;
    /** Null: the straight line. */
    readonly travelS: TravelS | null;
  },
  labour: () => Labour,
  ask: ((problem: unknown) => Promise<VroomOutcome>) | null,
): Promise<DonePlan> {
  const { rounds, by } = given;
  const travelS = given.travelS ?? straightTravel(rounds, by);
  const own = (warning: string | null): DonePlan => ({
    plan: planRounds(rounds, travelS, labour()),
    ...{ solver: 'own', warning },
  });
  if (ask === null) return own(null);
  const elsewhere = planElsewhere(rounds, travelS);
  const problem = vroomProblem(elsewhere.problem);
  if (problem === null) return own('VROOM knows no stops that prefer a vehicle.');
  if (problem.jobs.length === 0) return own(null);
  const said = await ask(problem);
  if (said.kind === 'failed') return own(`VROOM was not used: ${said.why}.`);
  const read = readVroom(said.json, elsewhere.problem);
  if ('fault' in read) return own(`VROOM was not used: ${read.fault}.`);
  return { plan: elsewhere.finish(read.orders), solver: 'vroom', warning: null };
}
