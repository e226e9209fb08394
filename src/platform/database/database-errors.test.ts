import { describe, expect, test } from 'vitest';
import { isDatabaseUnavailable, retryWhileUnavailable } from './database-errors.ts';

function coded(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

describe('the database is unavailable', () => {
  test.each(['57P01', '57P02', '57P03', '08006', '53300', 'ECONNREFUSED', 'ENOENT'])(
    'on %s',
    (code) => {
      expect(isDatabaseUnavailable(coded(code))).toBe(true);
    },
  );

  test('when the driver says that the connection ended', () => {
    expect(isDatabaseUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
  });

  test.each(['23505', '22P02', '42601', '57014'])(
    'not on %s, which the statement is to blame for',
    (code) => {
      expect(isDatabaseUnavailable(coded(code))).toBe(false);
    },
  );

  test('not on non-errors', () => {
    expect(isDatabaseUnavailable('57P01')).toBe(false);
  });
});

describe('retrying', () => {
  test('gives up at once on any other error', async () => {
    let tries = 0;
    const work = () => {
      tries += 1;
      return Promise.reject(coded('23505'));
    };
    await expect(retryWhileUnavailable(work, { forMs: 1_000 })).rejects.toThrow();
    expect(tries).toBe(1);
  });

  test('ends with the last error when the time is up', async () => {
    const work = () => Promise.reject(coded('57P03'));
    await expect(retryWhileUnavailable(work, { forMs: 120 })).rejects.toMatchObject({
      code: '57P03',
    });
  });

  test('resolves as soon as the database is back', async () => {
    let tries = 0;
    const work = () => {
      tries += 1;
      return tries < 3 ? Promise.reject(coded('57P03')) : Promise.resolve('back');
    };
    expect(await retryWhileUnavailable(work, { forMs: 5_000 })).toBe('back');
  });
});
