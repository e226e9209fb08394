import { expect, test } from 'vitest';
import { joinFigures } from './join-figures.ts';

test('a figure that both report is one family, with the series of the second marked', () => {
  const own =
    '# HELP a A thing.\n# TYPE a gauge\na{x="1"} 1\n\n# HELP b B.\n# TYPE b counter\nb 2\n';
  const theirs =
    '# HELP a A thing.\n# TYPE a gauge\na{x="1"} 5\na 6\n\n# HELP c C.\n# TYPE c counter\nc 7\n';
  expect(joinFigures(own, theirs).split('\n').filter(Boolean)).toEqual([
    '# HELP a A thing.',
    '# TYPE a gauge',
    'a{x="1"} 1',
    'a{process="work",x="1"} 5',
    'a{process="work"} 6',
    '# HELP b B.',
    '# TYPE b counter',
    'b 2',
    '# HELP c C.',
    '# TYPE c counter',
    'c 7',
  ]);
});

test('a silent process removes nothing', () => {
  const own = '# HELP a A thing.\n# TYPE a gauge\na{x="}  {"} 1\n';
  expect(joinFigures(own, '')).toBe(own);
  expect(joinFigures('', own)).toBe(own);
});
