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

it('takes one line: what is wrong, or how much', () => {
  const summary = (html: string) =>
    /^<details><summary>(.*)<\/summary>/.exec(html)?.[1]?.replaceAll(/<[^>]+>/g, '');
  expect(summary(alertsOf({}, {}))).toBe('Assignment status');
  const one = alertsOf({ orphaned: 1 }, {});
  expect(summary(one)).toMatch(/^Without a courier again: 1 with nobody.* Couriers stopped/);
  expect(one).not.toContain('<li>');
  const several = alertsOf({ oldestMs: NOW_MS - 3_600_000, orphaned: 1 }, { offersEach: 12 });
  expect(summary(several)).toBe(
    '3 alerts Oldest without a courier, Couriers asked per delivery, Without a courier again',
  );
  expect(several.match(/<li>/g)).toHaveLength(3);
});
