import { runInChildProcess } from '../../../platform/process/child-process.ts';
import {
  type DrivenRide,
  RoadModel,
  roadModelFromJson,
  straightLineOf,
} from '../../../prediction/index.ts';

/** Learns drives from rides in the order of time; ends at once when `signal` is aborted. */
export type GrowRoads = (rides: readonly DrivenRide[], signal: AbortSignal) => Promise<RoadModel>;

/** What the process is given. */
export interface GrowTask {
  readonly rides: readonly DrivenRide[];
}

/** With fewer, trees know less than the pace by hour does. */
const RIDES_MIN = 500;

/** Half a minute of arithmetic: in a process of its own that gives way to all others. */
export const growRoadsInChildProcess: GrowRoads = async (rides, signal) => {
  if (rides.length < RIDES_MIN) return new RoadModel({ straight: straightLineOf(rides) });
  const file = new URL('./roads-worker.ts', import.meta.url);
  const task: GrowTask = { rides };
  return roadModelFromJson(await runInChildProcess(file, task, { signal }));
};
