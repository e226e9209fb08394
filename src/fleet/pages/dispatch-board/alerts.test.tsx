import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import type { Board } from '../../deliveries/index.ts';
import { BoardAlerts } from './alerts.tsx';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');

const FIGURES = { open: 0, queued: 0, assigned: 0, oldestMs: null, orphaned: 0 };
const SEARCH = { found: 0, waitP90S: null, offersEach: null, lost: 0 };

function alertsOf(figures: Partial<Board['figures']>, search: Partial<Board['search']>): string {
  const board = {
    ...{ deliveries: [], ended: [], pauses: [] },
    ...{ figures: { ...FIGURES, ...figures }, search: { ...SEARCH, ...search } },
  };
  return renderToString(<BoardAlerts board={board} nowMs={NOW_MS} />);
}

it('takes no room while all is well, and otherwise one line for each problem', () => {
  const lines = (html: string) =>
    [...html.matchAll(/<li>(.*?)<\/li>/g)].map(([, line]) => line?.replaceAll(/<[^>]+>/g, ''));
  expect(alertsOf({}, {})).toBe('');
  expect(lines(alertsOf({ orphaned: 1 }, {}))).toEqual([
    expect.stringMatching(/^Without a courier again: 1 with nobody.* Couriers stopped/),
  ]);
  const several = alertsOf({ oldestMs: NOW_MS - 3_600_000, orphaned: 1 }, { offersEach: 12 });
  expect(lines(several)).toHaveLength(3);
});
