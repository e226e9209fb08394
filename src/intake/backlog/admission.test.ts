import { describe, expect, it } from 'vitest';
import { type Admission, createAdmission } from './admission.ts';

const LIMITS = { waitMsMax: 10_000, countMax: 50_000 };
const START_MS = 1_000_000;

/**
 * A hub that processes `perS` inbound messages a second and is offered `offeredPerS`, for this many
 * seconds, evenly; the sample is taken at the end of each second.
 */
function flood(perS: number, offeredPerS: number, seconds: number, limits = LIMITS) {
  const admission = createAdmission(limits);
  let waiting = 0;
  let let_in = 0;
  let done = 0;
  const bySecond: { admitted: number; waiting: number; done: number }[] = [];
  const retries: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    let admitted = 0;
    let doneNow = 0;
    for (let n = 0; n < offeredPerS; n += 1) {
      const nowMs = START_MS + second * 1_000 + (n * 1_000) / offeredPerS;
      const verdict = admit(admission, nowMs);
      if (verdict.admit) {
        admitted += 1;
        waiting += 1;
      } else retries.push(verdict.retryAfterS);
      // Processing continues in parallel, as long as there is work.
      const due = Math.floor(((n + 1) * perS) / offeredPerS) - doneNow;
      const worked = Math.min(due, waiting);
      waiting -= worked;
      doneNow += worked;
    }
    let_in += admitted;
    done += doneNow;
    const atMs = START_MS + (second + 1) * 1_000;
    const oldestMs = waiting === 0 ? null : atMs - (waiting / Math.max(1, perS)) * 1_000;
    admission.sampled({ atMs, waiting, settled: waiting, oldestMs, doneSince: doneNow });
    bySecond.push({ admitted, waiting, done: doneNow });
  }
  return { admission, bySecond, retries, let_in, done };
}

/** A process without delay and without unwritten pushes. */
const ON_TIME = { unwrittenMs: 0, unwritten: 0, loopLagMs: 0, crowded: false, random: () => 0.5 };

/** Called a million times, so it copies nothing. */
function admit(admission: Admission, nowMs: number, unwrittenMs = 0, crowded = false) {
  const { unwritten, loopLagMs, random } = ON_TIME;
  return admission.ask({ unwrittenMs, unwritten, loopLagMs, crowded, random, nowMs });
}

describe('while more comes than can be worked off', () => {
  it('admitted pushes wait no longer than the bound, and processing never pauses', () => {
    const { bySecond } = flood(1_000, 3_000, 60);
    expect(Math.max(...bySecond.map(({ waiting }) => waiting))).toBeLessThanOrEqual(11_000);
    // From the second second on there is always something to process.
    for (const { done } of bySecond.slice(1)) expect(done).toBe(1_000);
    // In the end as many are admitted as are processed, and evenly.
    for (const { admitted } of bySecond.slice(30)) {
      expect(admitted).toBeGreaterThan(800);
      expect(admitted).toBeLessThan(1_200);
    }
  });

  it.each([20, 300, 5_000])(
    'the bound is one of time on a machine that does %i a second',
    (perS) => {
      const { bySecond, admission } = flood(perS, perS * 3, 60);
      expect(bySecond.at(-1)?.waiting).toBeGreaterThan(perS * 7);
      expect(bySecond.at(-1)?.waiting).toBeLessThanOrEqual(Math.max(200, perS * 11));
      expect(admission.figures(START_MS + 60_000).perS).toBeCloseTo(perS, -1);
    },
  );

  it('no push is refused that would not have waited too long', () => {
    expect(flood(1_000, 900, 60).retries).toEqual([]);
    // A burst of nine seconds of work, for a hub whose rate is known.
    const { admission } = flood(1_000, 1_100, 30);
    let inBurst = 0;
    while (admit(admission, START_MS + 30_000).admit) inBurst += 1;
    expect(inBurst).toBeGreaterThan(6_000);
  });

  it('refused pushes get the time in which half of it will be processed, each a little different', () => {
    const { admission, retries } = flood(1_000, 3_000, 60);
    expect(retries.at(-1)).toBeGreaterThanOrEqual(5);
    expect(retries.at(-1)).toBeLessThanOrEqual(6);
    const nowMs = START_MS + 60_000;
    while (admit(admission, nowMs).admit);
    const earliestAndLatest = [0, 1].map((random) => {
      const verdict = admission.ask({ ...ON_TIME, nowMs, random: () => random });
      return verdict.admit ? null : verdict.retryAfterS;
    });
    expect(earliestAndLatest).toEqual([4, 6]);
  });
});

describe('after pushes had to be refused', () => {
  /**
   * A full hub that processes 1,000 a second, in the quarter second after its backlog fell to
   * `waiting`.
   */
  const reopened = (waiting: number) => {
    const { admission } = flood(1_000, 3_000, 60);
    const atMs = START_MS + 60_000;
    while (admit(admission, atMs).admit);
    admission.sampled({
      atMs,
      waiting,
      settled: waiting,
      oldestMs: atMs - waiting,
      doneSince: 1_000,
    });
    let admitted = 0;
    for (let n = 0; n < 750; n += 1) if (admit(admission, atMs + n / 3).admit) admitted += 1;
    return admitted;
  };

  it('admits them little faster than they are processed', () => {
    expect(reopened(9_000)).toBeGreaterThan(250);
    expect(reopened(9_000)).toBeLessThan(400);
  });

  it('admits more of them when little is left to process, and still not all', () => {
    expect(reopened(300)).toBeGreaterThan(450);
    expect(reopened(300)).toBeLessThan(750);
  });

  it('admits all of them when none was refused for two seconds', () => {
    const { admission } = flood(1_000, 3_000, 60);
    const atMs = START_MS + 60_000;
    admission.sampled({ atMs, waiting: 0, settled: 0, oldestMs: null, doneSince: 1_000 });
    for (let n = 0; n < 3_000; n += 1) expect(admit(admission, atMs + 2_001).admit).toBe(true);
  });
});

describe('a hub that has stopped processing', () => {
  it('admits no more than the bound allowed, then nothing, and reopens when processing resumes', () => {
    const { admission, bySecond } = flood(1_000, 900, 20);
    let waiting = bySecond.at(-1)?.waiting ?? 0;
    let nowMs = START_MS + 20_000;
    const stoodAtMs = nowMs;
    const second = (doneSince: number) => {
      for (let n = 0; n < 900; n += 1) if (admit(admission, nowMs + n).admit) waiting += 1;
      nowMs += 1_000;
      waiting = Math.max(0, waiting - doneSince);
      admission.sampled({ atMs: nowMs, waiting, settled: waiting, oldestMs: stoodAtMs, doneSince });
    };
    for (let n = 0; n < 30; n += 1) second(0);
    expect(waiting).toBeLessThan(12_000);
    expect(admit(admission, nowMs)).toMatchObject({ admit: false, reason: 'backlog' });
    for (let n = 0; n < 30 && waiting > 0; n += 1) {
      waiting = Math.max(0, waiting - 1_000);
      nowMs += 1_000;
      admission.sampled({
        atMs: nowMs,
        waiting,
        settled: waiting,
        oldestMs: waiting === 0 ? null : stoodAtMs,
        doneSince: 1_000,
      });
    }
    expect(admit(admission, nowMs)).toEqual({ admit: true });
  });
});

describe('the pace', () => {
  it('is not forgotten while the working process is started again', () => {
    const { admission } = flood(1_000, 1_100, 30);
    for (let second = 1; second <= 8; second += 1) {
      const atMs = START_MS + (30 + second) * 1_000;
      admission.sampled({
        atMs,
        waiting: 2_000,
        settled: 2_000,
        oldestMs: atMs - 2_000,
        doneSince: 0,
      });
    }
    expect(admission.figures(START_MS + 38_000).perS).toBeGreaterThan(900);
  });

  it('is not measured on a backlog so short that processing waits for pushes', () => {
    const { admission } = flood(1_000, 1_100, 30);
    for (let second = 1; second <= 20; second += 1) {
      const atMs = START_MS + (30 + second) * 1_000;
      admission.sampled({ atMs, waiting: 90, settled: 0, oldestMs: atMs - 90, doneSince: 40 });
    }
    expect(admission.figures(START_MS + 50_000).perS).toBeGreaterThan(900);
  });

  it('is the mean of work that comes in batches', () => {
    const admission = createAdmission(LIMITS);
    for (let second = 0; second < 60; second += 1) {
      const atMs = START_MS + second * 1_000;
      admission.sampled({
        atMs,
        waiting: 5_000,
        settled: 5_000,
        oldestMs: atMs - 2_000,
        doneSince: second % 2 === 0 ? 0 : 800,
      });
    }
    expect(admission.figures(START_MS + 60_000).perS).toBeCloseTo(400, -1);
  });
});

describe('at any rate', () => {
  it('more than the greatest count never wait', () => {
    const { bySecond } = flood(5_000, 20_000, 20, { waitMsMax: 60_000, countMax: 7_000 });
    expect(Math.max(...bySecond.map(({ waiting }) => waiting))).toBeLessThanOrEqual(7_000);
  });

  it('nothing is admitted while earlier pushes wait for the disk', () => {
    const admission = createAdmission(LIMITS);
    expect(admit(admission, START_MS, 400)).toEqual({ admit: true });
    expect(admit(admission, START_MS, 401)).toEqual({
      admit: false,
      reason: 'disk',
      retryAfterS: 1,
    });
  });

  it('nothing is admitted while connections are short', () => {
    expect(admit(createAdmission(LIMITS), START_MS, 0, true)).toEqual({
      admit: false,
      reason: 'sockets',
      retryAfterS: 10,
    });
  });

  it('a few inbound messages that stay long for a reason of their own cause no refusals', () => {
    const admission = createAdmission(LIMITS);
    admission.sampled({ atMs: START_MS, waiting: 20, settled: 20, oldestMs: 0, doneSince: 0 });
    expect(admit(admission, START_MS)).toEqual({ admit: true });
  });
});

describe('the share of the permitted backlog', () => {
  it('grows with the backlog, and is 1 from where on pushes are refused', () => {
    const admission = createAdmission({ ...LIMITS, countMax: 100 });
    let before = -1;
    for (let n = 0; n < 100; n += 1) {
      const { share } = admission.figures(START_MS);
      expect(share).toBeGreaterThan(before);
      expect(share).toBeLessThan(1);
      expect(admit(admission, START_MS)).toEqual({ admit: true });
      before = share;
    }
    expect(admission.figures(START_MS).share).toBe(1);
    expect(admit(admission, START_MS)).toMatchObject({ admit: false, reason: 'backlog' });
  });

  it('is above 1 when the oldest has waited too long, however few they are', () => {
    const { admission } = flood(1_000, 900, 20);
    const atMs = START_MS + 20_000;
    const backlog = { atMs, waiting: 250, settled: 250, doneSince: 0 };
    admission.sampled({ ...backlog, oldestMs: atMs - 1.5 * LIMITS.waitMsMax - 1 });
    expect(admission.figures(atMs).share).toBeGreaterThan(1);
    expect(admit(admission, atMs)).toMatchObject({ admit: false, reason: 'backlog' });
    admission.sampled({ ...backlog, oldestMs: atMs - 1_500 });
    expect(admission.figures(atMs).share).toBeCloseTo(0.1, 1);
    expect(admit(admission, atMs)).toEqual({ admit: true });
  });
});

describe('a process that gets too little of the processor', () => {
  const nowMs = START_MS;
  const late = { ...ON_TIME, nowMs, loopLagMs: 30 };

  it('stores a few pushes at a time and refuses the others', () => {
    const admission = createAdmission(LIMITS);
    expect(admission.ask({ ...late, unwritten: 49 })).toEqual({ admit: true });
    expect(admission.ask({ ...late, unwritten: 50 })).toEqual({
      admit: false,
      reason: 'processor',
      retryAfterS: 1,
    });
  });

  it('admits all pushes again as soon as its event loop is on time', () => {
    const admission = createAdmission(LIMITS);
    expect(admission.ask({ ...ON_TIME, nowMs, unwritten: 400 })).toEqual({ admit: true });
  });
});
