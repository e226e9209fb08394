import { runInChildProcess } from '../../../platform/process/child-process.ts';
import {
  type DrivenRide,
  RoadModel,
  roadModelFromJson,
  straightLineOf,
} from '../../../prediction/index.ts';

/** Trains a road model on rides in the order of time; ends at once when `signal` is aborted. */
export type GrowRoads = (rides: readonly DrivenRide[], signal: AbortSignal) => Promise<RoadModel>;

/** The task of the child process. */
export interface GrowTask {
  readonly rides: readonly DrivenRide[];
}

/** The minimum number of rides: with fewer, trees know less than the pace by hour does. */
const RIDES_MIN = 500;

/**
 * Trains the model in a process of its own, which gives way to all others: it is half a minute of
 * arithmetic.
 */
export const growRoadsInChildProcess: GrowRoads = async (rides, signal) => {
  if (rides.length < RIDES_MIN) return new RoadModel({ straight: straightLineOf(rides) });
  const file = new URL('./roads-worker.ts', import.meta.url);
  const task: GrowTask = { rides };
  return roadModelFromJson(await runInChildProcess(file, task, { signal }));
};
