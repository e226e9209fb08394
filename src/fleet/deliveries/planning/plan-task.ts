import type { VroomOutcome } from '../../../platform/net/vroom-server.ts';
import {
  type PlannedRounds,
  planElsewhere,
  planRounds,
  type RoundsToPlan,
  readVroom,
  type SearchBudget,
  straightTravel,
  type TravelBy,
  type TravelS,
  vroomProblem,
} from '../../dispatch/index.ts';

/** A plan, the planner that made it, and why that was not the configured one; null: it was. */
export interface DonePlan {
  readonly plan: PlannedRounds;
  readonly solver: 'own' | 'vroom';
  readonly warning: string | null;
  /** VROOM's own reason for a failure, for operators only; null: none. */
  readonly vroomReason: string | null;
  /** Whether VROOM is unreachable or hangs. */
  readonly isAway: boolean;
}

/**
 * Plans rounds with VROOM if it is configured and its answer keeps every rule, otherwise with our
 * own search.
 *
 * @param ask sends VROOM a problem; null: not configured.
 */
export async function planTask(
  given: {
    readonly rounds: RoundsToPlan;
    readonly by: TravelBy;
    /** Drive times between the places; null: straight lines are used. */
    readonly travelS: TravelS | null;
  },
  budget: () => SearchBudget,
  ask: ((problem: unknown) => Promise<VroomOutcome>) | null,
): Promise<DonePlan> {
  const { rounds, by } = given;
  const travelS = given.travelS ?? straightTravel(rounds, by);
  const planOurselves = (
    warning: string | null,
    vroomReason: string | null = null,
    isAway = false,
  ): DonePlan => ({
    plan: planRounds(rounds, travelS, budget()),
    solver: 'own',
    warning,
    vroomReason,
    isAway,
  });
  if (ask === null) return planOurselves(null);
  const elsewhere = planElsewhere(rounds, travelS);
  const vroom = vroomProblem(elsewhere.problem);
  if ('unsupported' in vroom) return planOurselves(`${vroom.unsupported}.`);
  const problem = vroom.problem;
  if (problem.jobs.length === 0) return planOurselves(null);
  const outcome = await ask(problem);
  if (outcome.kind === 'failed') {
    return planOurselves(`VROOM was not used: ${outcome.why}.`, null, outcome.isAway);
  }
  const read = readVroom(outcome.json, elsewhere.problem);
  if ('fault' in read) return planOurselves(`VROOM was not used: ${read.fault}.`, read.vroomReason);
  const plan = elsewhere.toResult(read.orders);
  return { plan, solver: 'vroom', warning: null, vroomReason: null, isAway: false };
}
