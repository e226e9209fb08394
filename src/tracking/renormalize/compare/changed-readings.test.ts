import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { type Mapping, readFact } from '../../../normalization/index.ts';
import { acmeMapping } from '../../test-acme.ts';
import { changedReadings, type StoredFact } from './changed-readings.ts';

const FIRST = acmeMapping();

/** The change for a merchant without rules of its own; `from` null: since the fact was stored. */
function change(from: Mapping | null, to: Mapping, fact: StoredFact) {
  const tables = (base: Mapping) => ({ base, tableOf: () => base });
  const changed = changedReadings(from && tables(from), tables(to))(fact, null);
  return changed && { before: changed.before.reading, after: changed.after.reading };
}

function stored(event: string, logical = false) {
  const codes = { event };
  return { codes, reportedLogical: logical, reading: readFact(FIRST, { codes, logical }) };
}

describe('changed readings', () => {
  it('are none between a table and itself, or one with the same readings of these codes', () => {
    const same = acmeMapping({ ELSE: 'status: delivered' });
    for (const code of ['DEL', 'PICK', 'UNKNOWN']) {
      expect(change(FIRST, FIRST, stored(code))).toBeNull();
      expect(change(FIRST, same, stored(code))).toBeNull();
      expect(change(null, same, stored(code))).toBeNull();
    }
  });

  it('contain the old and the new reading', () => {
    const mended = acmeMapping({ DEL: 'status: exception, reason: damaged' });
    expect(change(FIRST, mended, stored('DEL'))).toMatchObject({
      before: { status: 'delivered', mappingVersion: FIRST.version },
      after: { status: 'exception', reason: 'damaged', mappingVersion: mended.version },
    });
  });

  it.each([
    'status: delivered, reason: signed',
    'status: delivered, milestone: handed_over',
    'status: delivered, text: some_text',
    'status: delivered, logical: true',
  ])('notice every part of a reading: %s', (rest) => {
    expect(change(FIRST, acmeMapping({ DEL: rest }), stored('DEL'))).not.toBeNull();
  });

  it('include that a rule has not been judged', () => {
    const [judged, not] = ['', ', reviewed: false'].map((rest) =>
      acmeMapping({ ODD: `status: exception${rest}` }),
    );
    if (judged === undefined || not === undefined) throw new Error('two were made');
    expect(change(judged, not, stored('ODD'))).not.toBeNull();
  });

  it('keep the carrier’s own mark for not a scan; where that was not stored, the stored reading', () => {
    const known = acmeMapping({ ODD: 'status: picked_up' });
    const read = (fact: StoredFact) => change(null, known, fact);
    expect(read(stored('ODD', true))?.after.logical).toBe(true);
    expect(read(stored('ODD', false))?.after.logical).toBe(false);
    const { reportedLogical: _, ...before } = stored('ODD');
    expect(read(before)?.after.logical).toBe(false);
    const { reportedLogical: __, ...label } = stored('LABEL');
    const scan = acmeMapping({ LABEL: 'status: picked_up' });
    expect(change(null, scan, label)?.after.logical).toBe(true);
  });

  it('of a merchant follow its own table, and shared ones follow the deployment’s', () => {
    const own = acmeMapping({ HUB: 'status: exception' });
    const tables = (base: Mapping) => ({ base, tableOf: () => own });
    const changed = changedReadings(null, tables(FIRST))(stored('HUB'), 'merchant');
    expect(changed?.after).toMatchObject({
      reading: { status: 'exception' },
      neutral: { status: 'at_facility' },
    });
    const mended = acmeMapping({ HUB: 'status: picked_up' });
    const both = changedReadings(tables(FIRST), tables(mended))(stored('HUB'), 'merchant');
    expect(both?.after.neutral?.status).toBe('picked_up');
    expect(changedReadings(tables(FIRST), tables(mended))(stored('PICK'), 'merchant')).toBeNull();
  });

  it('are those of the reversed comparison, turned round', () => {
    const rest = fc.constantFrom('status: delivered', 'status: created', 'status: none');
    const mapping = fc.record({ DEL: rest, PICK: rest }).map((rules) => acmeMapping(rules));
    fc.assert(
      fc.property(mapping, mapping, fc.constantFrom('DEL', 'PICK', 'HUB'), (a, b, code) => {
        const there = change(a, b, stored(code));
        const back = change(b, a, stored(code));
        expect(there && { before: there.after, after: there.before }).toEqual(back);
      }),
      { seed: 4, numRuns: runs(100) },
    );
  });
});
