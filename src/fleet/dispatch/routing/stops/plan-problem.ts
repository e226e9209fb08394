/**
 * Stops and vehicles as numbers. Nodes are numbered: the stops 0 … stops−1, then the start of each
 * vehicle, then the end of each vehicle. Times and costs have any unit, the same throughout.
 */
export interface PlanProblem {
  readonly stops: number;
  readonly vehicles: number;
  /** Row by row, from node to node: how long it takes, without service. */
  readonly travel: Float64Array;
  /** The same, what it costs. */
  readonly cost: Float64Array;
  /** Of each node: service begins no earlier, no later, and takes so long. */
  readonly ready: Float64Array;
  readonly due: Float64Array;
  readonly service: Float64Array;
  /** Of each stop, in each dimension (parcels, grams): stop × dimensions + dimension. */
  readonly demand: Float64Array;
  /** Of each vehicle, likewise. */
  readonly capacity: Float64Array;
  readonly dimensions: number;
  /** The vehicle a stop must be on; −1: any. */
  readonly fixedTo: Int32Array;
  /** The vehicle a stop was on before replanning; −1: none. Leaving it costs `swapCost`. */
  readonly planned: Int32Array;
  readonly swapCost: number;
  /** What it costs to use a vehicle at all. */
  readonly vehicleCost: Float64Array;
}

export const nodesOf = ({ stops, vehicles }: PlanProblem): number => stops + 2 * vehicles;
