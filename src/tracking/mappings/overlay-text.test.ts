import { expect, it } from 'vitest';
import { compileMapping, documentationOf } from '../../normalization/index.ts';
import { emptyOverlay, layOverlay } from './overlay-text.ts';

const ACME = {
  name: 'acme',
  matchKeys: ['event'],
  matchOrder: [['event']],
  corrections: [],
  returnCancelled: [],
  codeKinds: { events: [{ key: 'event' }] },
};
const BASE =
  'carrier: acme\nrules:\n  - { match: { event: OD }, status: out_for_delivery }\n' +
  'tests:\n  - { given: { event: OD }, then: { status: out_for_delivery } }\n';
const OVERLAY = 'carrier: acme\nrules:\n  - { match: { event: ZZZ9 }, status: none }\n';

function base() {
  const compiled = compileMapping(BASE, 'acme.yaml', ACME);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.mapping;
}

it('compares an overlay with the documentation only in a check', () => {
  const documentation = documentationOf(
    ACME,
    [{ kind: 'events', code: 'OD', description: '' }],
    null,
  );
  const checked = layOverlay(base(), null, OVERLAY, documentation);
  expect(checked.ok && checked.warnings).toMatchObject([
    { file: 'overlay:acme', line: 3, found: expect.stringContaining('"ZZZ9"') },
  ]);
  const stored = layOverlay(base(), null, OVERLAY);
  expect(stored.ok && stored.warnings).toEqual([]);
});

it('gives a place to problems with a whole text', () => {
  const long = layOverlay(base(), null, `${OVERLAY}# ${'x'.repeat(512 * 1024)}`);
  expect(long).toMatchObject({ ok: false, problems: [{ line: 1, column: 1 }] });
  expect(emptyOverlay('acme', null)).toMatchObject({ line: 1, column: 1, severity: 'warning' });
});
