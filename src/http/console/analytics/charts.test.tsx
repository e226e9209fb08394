import { renderToString } from 'preact-render-to-string';
import { expect, it } from 'vitest';
import { LineChart } from './charts.tsx';

const chart = (values: readonly number[], more: { isCut?: boolean; open?: string } = {}) =>
  renderToString(
    <LineChart
      {...{
        label: 'Shares',
        names: ['one', 'two', 'three'],
        series: [{ name: 'on time', values }],
      }}
      {...{ write: (value: number) => `${value * 100}%`, atLeast: 1, ...more }}
    />,
  );
const axisOf = (html: string) =>
  [...html.matchAll(/text-anchor="end">([^<]+)</g)].map(([, name]) => name);

it('begins a cut axis at half of its top, unless a value is below', () => {
  const cut = chart([0.7, 0.8, 0.9], { isCut: true });
  expect([axisOf(cut)[0], cut.includes('class="break"')]).toEqual(['50%', true]);
  const whole = chart([0.4, 0.8, 0.9], { isCut: true });
  expect([axisOf(whole)[0], whole.includes('class="break"')]).toEqual(['0%', false]);
  expect(axisOf(chart([0.7, 0.8, 0.9]))[0]).toBe('0%');
});

it('names the period that is not over in the legend, drawn as in the chart', () => {
  expect(chart([0.7, 0.8, 0.9])).not.toContain('class="open"');
  const legend = /<figcaption>.*/s.exec(chart([0.7, 0.8, 0.9], { open: 'Week not over' }))?.[0];
  expect(legend).toMatch(/<path class="open"[^>]*><\/path><\/g><\/svg> Week not over/);
});
