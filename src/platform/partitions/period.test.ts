import { describe, expect, it } from 'vitest';
import { partitionName, periodAt, periodsFrom, uncovered } from './period.ts';

const at = (text: string) => Date.parse(`${text}T00:00:00Z`);
const span = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });

describe('periods', () => {
  it('are days and months of UTC', () => {
    expect(periodAt('day', at('2026-02-28') + 5)).toEqual(span('2026-02-28', '2026-03-01'));
    expect(periodsFrom('month', at('2026-11-30'), 2)).toEqual([
      span('2026-11-01', '2026-12-01'),
      span('2026-12-01', '2027-01-01'),
      span('2027-01-01', '2027-02-01'),
    ]);
    expect(partitionName('t', span('2026-03-10', '2026-03-11'))).toBe('t_20260310');
    expect(partitionName('t', span('2026-02-01', '2026-03-01'))).toBe('t_202602');
  });

  it('leave room where a table once had others', () => {
    const month = span('2026-03-01', '2026-04-01');
    expect(uncovered(month, [])).toEqual(month);
    expect(uncovered(month, [month])).toBeNull();
    const days = [span('2026-03-01', '2026-03-02'), span('2026-03-02', '2026-03-03')];
    expect(uncovered(month, days)).toEqual(span('2026-03-03', '2026-04-01'));
    expect(uncovered(span('2026-03-10', '2026-03-11'), [month])).toBeNull();
  });
});
