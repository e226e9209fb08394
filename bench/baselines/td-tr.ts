import type { Trail } from '../../src/fleet/positions/index.ts';

/**
 * Simplifies a trail in the obvious first version: cuts at the largest error, and again in both
 * halves, until no error is too large (Meratnia and de By 2004). It is fast, and leaves a tenth
 * more points than the minimum.
 */
export function topDown(trail: Trail, errorMaxM: number): number[] {
  const last = trail.timeS.length - 1;
  const retained = new Set([0, last]);
  const open: [number, number][] = [[0, last]];
  for (let leg = open.pop(); leg !== undefined; leg = open.pop()) {
    const [from, to] = leg;
    let worst = errorMaxM * errorMaxM;
    let at = -1;
    for (let index = from + 1; index < to; index += 1) {
      const off = squaredOff(trail, from, to, index);
      if (off > worst) [worst, at] = [off, index];
    }
    if (at < 0) continue;
    retained.add(at);
    open.push([from, at], [at, to]);
  }
  return [...retained].sort((a, b) => a - b);
}

function squaredOff({ timeS, x, y }: Trail, from: number, to: number, at: number): number {
  const [start = 0, end = 0, now = 0] = [timeS[from], timeS[to], timeS[at]];
  const part = end > start ? (now - start) / (end - start) : 0;
  const east = (x[from] ?? 0) + part * ((x[to] ?? 0) - (x[from] ?? 0)) - (x[at] ?? 0);
  const north = (y[from] ?? 0) + part * ((y[to] ?? 0) - (y[from] ?? 0)) - (y[at] ?? 0);
  return east * east + north * north;
}
