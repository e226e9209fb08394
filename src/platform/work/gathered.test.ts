import { describe, expect, it } from 'vitest';
import { type GatheredOptions, gathered } from './gathered.ts';

function gate(): { open: () => void; passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

const add = (work: GatheredOptions<string, number, string>['work'], ms = 0) =>
  gathered<string, number, string>({
    nameOf: (key) => key,
    work,
    batchMax: 10,
    pendingMax: 100,
    gathers: { ms, enough: 2 },
    mayBeItsItems: (error) => error instanceof RangeError,
    failsAll: (error) => error instanceof TypeError,
  });

describe('work that is gathered', () => {
  it('joins others that arrive meanwhile at its key, and each gets its own outcome', async () => {
    const pieces: string[] = [];
    const first = gate();
    const ask = add(async (key, items) => {
      pieces.push(`${key}: ${items.join(' ')}`);
      if (items.includes(1)) await first.passed;
      return items.map((item) => `${key}${item}`);
    });
    const one = ask('a', 1);
    await new Promise(setImmediate);
    const others = [ask('a', 2), ask('b', 3), ask('a', 4)];
    expect(await others[1]).toBe('b3');
    first.open();
    expect(await Promise.all([one, ...others])).toEqual(['a1', 'a2', 'b3', 'a4']);
    expect(pieces).toEqual(['a: 1', 'b: 3', 'a: 2 4']);
  });

  it('that fails possibly because of one item is repeated one by one', async () => {
    const ask = add(async (_, items) => {
      if (items.includes(2)) throw new RangeError('two');
      return items.map(String);
    });
    const outcomes = await Promise.allSettled([ask('a', 1), ask('a', 2), ask('a', 3)]);
    expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : 'failed'))).toEqual([
      '1',
      'failed',
      '3',
    ]);
  });

  it('that is settled early is answered at once, and not repeated when it fails for others', async () => {
    const pieces: (readonly number[])[] = [];
    const rest = gate();
    const ask = add(async (_, items, tell) => {
      pieces.push(items);
      if (items.length > 1) {
        tell(0, 'first');
        await rest.passed;
        throw new RangeError('others');
      }
      return items.map(String);
    });
    const pending = [ask('a', 1), ask('a', 2), ask('a', 3)];
    expect(await pending[0]).toBe('first');
    rest.open();
    expect(await Promise.all(pending)).toEqual(['first', '2', '3']);
    expect(pieces).toEqual([[1, 2, 3], [2], [3]]);
  });

  it('that is settled early and then fails with a general error is refused for the others only', async () => {
    const ask = add(async (_, __, tell) => {
      tell(1, 'second');
      throw new TypeError('away');
    });
    const outcomes = await Promise.allSettled([ask('a', 1), ask('a', 2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('that fails for a general reason is refused for all, once', async () => {
    let tries = 0;
    const ask = add(async () => {
      tries += 1;
      throw new Error('away');
    });
    const outcomes = await Promise.allSettled([ask('a', 1), ask('a', 2)]);
    expect([tries, ...outcomes.map(({ status }) => status)]).toEqual([1, 'rejected', 'rejected']);
  });

  it('is refused for all that wait at its key where they would fail alike, and then done again', async () => {
    let tries = 0;
    const first = gate();
    const ask = add(async (_, items) => {
      tries += 1;
      if (tries === 1) await first.passed;
      if (tries <= 2) throw tries === 1 ? new RangeError('one') : new TypeError('away');
      return items.map(String);
    });
    const early = [ask('a', 1), ask('a', 2)];
    await new Promise(setImmediate);
    const pending = Promise.allSettled([...early, ask('a', 3)]);
    first.open();
    expect((await pending).map(({ status }) => status)).toEqual(new Array(3).fill('rejected'));
    expect(tries).toBe(2);
    expect(await ask('a', 4)).toBe('4');
  });

  it('waits for nobody where each comes after the other', async () => {
    const ask = add(async (_, items) => items.map(String), 3_600_000);
    for (const n of [1, 2, 3]) expect(await ask('a', n)).toBe(String(n));
  });

  it('waits for more where a piece of several has just begun, unless there are enough', async () => {
    const pieces: (readonly number[])[] = [];
    const ask = add(async (_, items) => {
      pieces.push(items);
      return items.map(String);
    }, 3_600_000);
    await Promise.all([ask('a', 0), ask('a', 1)]);
    let isDone = false;
    const second = ask('a', 2).then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    await Promise.all([second, ask('a', 3)]);
    expect(pieces).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});
