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

it('shows a single alert at once, and several behind one line', () => {
  expect(alertsOf({}, {})).toMatch(/^<details><summary>Search progress</);
  expect(alertsOf({ orphaned: 1 }, {})).toMatch(/^<ul class="alerts"><li><span class="tag bad">/);
  const several = alertsOf({ oldestMs: NOW_MS - 3_600_000, orphaned: 1 }, { offersEach: 12 });
  expect(several).toMatch(
    /^<details><summary><span class="tag bad">3 alerts<\/span> Oldest without a courier, Couriers/,
  );
  expect(several.match(/<li>/g)).toHaveLength(3);
});
