import { afterEach, describe, expect, it } from 'vitest';
import { type Loop, type LoopOptions, openLoop, startLoop } from './loop.ts';
import { manualTimers } from './test-timers.ts';

const EVERY_MS = 1_000;
const loops: Loop[] = [];
afterEach(async () => {
  const stopped = loops.splice(0).map((loop) => loop.stop());
  await Promise.all(stopped);
});

/** A loop whose passes end when the test says so. */
function start(options: Partial<LoopOptions> = {}) {
  const timers = manualTimers();
  const runs: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const failures: unknown[] = [];
  let underWay = 0;
  let most = 0;
  const loop = startLoop({
    run: () => {
      underWay += 1;
      most = Math.max(most, underWay);
      return new Promise<void>((resolve, reject) => {
        const ending =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            underWay -= 1;
            settle(value);
          };
        runs.push({ end: () => ending(resolve)(undefined), fail: ending(reject) });
      });
    },
    everyMs: EVERY_MS,
    onFailure: (error) => failures.push(error),
    timers,
    ...options,
  });
  loops.push(loop);
  return { loop, timers, runs, failures, most: () => most };
}

/** Lets settled promises continue. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Ends passes until none is begun any more. */
async function endAll(runs: ReturnType<typeof start>['runs'], from = 0): Promise<void> {
  for (let index = from; index < runs.length; index += 1) {
    runs[index]?.end();
    await settled();
  }
}

describe('a loop', () => {
  it('looks by itself at intervals, and at once when it is woken', async () => {
    const { loop, timers, runs } = start();
    timers.advance(EVERY_MS - 1);
    expect(runs).toHaveLength(0);
    timers.advance(1);
    expect(runs).toHaveLength(1);
    await endAll(runs);
    loop.wake();
    expect(runs).toHaveLength(2);
    await endAll(runs, 1);
  });

  it('never looks twice at once, and loses no wake-up that comes during a look', async () => {
    const { loop, timers, runs, most } = start();
    loop.wake();
    for (let index = 0; index < 5; index += 1) loop.wake();
    timers.advance(3 * EVERY_MS);
    expect(runs).toHaveLength(1);
    await endAll(runs);
    // Five wake-ups cause one pass; the intervals that elapsed during the first pass cause none.
    expect([runs.length, most()]).toEqual([2, 1]);
  });

  it('looks at the earliest of the times it was woken for', async () => {
    const { loop, timers, runs } = start({ everyMs: null });
    loop.wake(500);
    loop.wake(200);
    loop.wake(900);
    timers.advance(199);
    expect(runs).toHaveLength(0);
    timers.advance(1);
    expect(runs).toHaveLength(1);
    await endAll(runs);
    timers.advance(10_000);
    expect(runs).toHaveLength(1);
    loop.wake(100);
    timers.advance(100);
    expect(runs).toHaveLength(2);
    await endAll(runs, 1);
  });

  it('reports to waiting callers how a pass ended that began after their call', async () => {
    const { loop, runs, failures } = start();
    loop.wake();
    let known = false;
    const after = loop.now().then(() => {
      known = true;
    });
    runs[0]?.end();
    await settled();
    expect([known, runs.length]).toEqual([false, 2]);
    runs[1]?.end();
    await after;
    const failed = loop.now();
    runs[2]?.fail(new Error('no answer'));
    await expect(failed).rejects.toThrow('no answer');
    expect(failures).toEqual([]);
  });

  it('continues after a failure, sooner if a retry interval is set', async () => {
    const { loop, timers, runs, failures } = start({ retryMs: 100 });
    loop.wake();
    runs[0]?.fail(new Error('no answer'));
    await settled();
    expect([failures.length, runs.length]).toEqual([1, 1]);
    timers.advance(100);
    expect(runs).toHaveLength(2);
    await endAll(runs, 1);
    const broken = start({
      run: () => {
        throw new Error('at once');
      },
    });
    broken.loop.wake();
    await broken.loop.idle();
    expect(broken.failures).toHaveLength(2);
  });

  it('that is opened has run once, or leaves nothing running', async () => {
    const timers = manualTimers();
    let runs = 0;
    const options = { everyMs: EVERY_MS, onFailure: () => {}, timers };
    const opened = await openLoop({ ...options, run: async () => (runs += 1) });
    expect([runs, timers.set]).toEqual([1, 1]);
    await opened.stop();
    const run = () => Promise.reject(new Error('no database'));
    await expect(openLoop({ ...options, run })).rejects.toThrow('no database');
    expect(timers.set).toBe(0);
  });

  it('is idle when no pass is running or requested, whatever the result of the last', async () => {
    const { loop, runs } = start();
    let idle = false;
    const waited = loop.idle().then(() => {
      idle = true;
    });
    loop.wake();
    runs[0]?.fail(new Error('no answer'));
    await settled();
    expect([idle, runs.length]).toEqual([false, 2]);
    runs[1]?.end();
    await waited;
  });

  it('stops with the look that is under way, and begins none after it', async () => {
    let wakeByChannel = () => {};
    let isListening = true;
    const listener = {
      on(_channel: string, onNotice: (payload: string | null) => void) {
        wakeByChannel = () => onNotice(null);
        return () => {
          isListening = false;
        };
      },
    };
    const { loop, timers, runs } = start({ wokenBy: { listener, channel: 'work' } });
    wakeByChannel();
    expect(runs).toHaveLength(1);
    loop.wake();
    loop.wake(10);
    const waiting = loop.now();
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect([stopped, loop.stopping, isListening, timers.set]).toEqual([false, true, false, 0]);
    runs[0]?.end();
    await Promise.all([stopping, waiting]);
    loop.wake();
    timers.advance(10 * EVERY_MS);
    await loop.now();
    expect(runs).toHaveLength(1);
  });
});
