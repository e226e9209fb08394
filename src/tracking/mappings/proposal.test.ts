import { describe, expect, it } from 'vitest';
import type { ActiveRow } from './active-mappings.sql.ts';
import { isToPropose, JUST_STARTED, type ProposalQuestion } from './proposal.ts';

const ACTIVE: ActiveRow = {
  carrier: 'acme',
  version: 'a',
  filesVersion: 'a',
  overlayGeneration: 0,
  generation: 7,
  previousVersion: null,
  chosen: false,
  overlaysGeneration: 3,
  activatedAtMs: 0,
  activatedBy: 'files',
  why: '',
};
const KNEW_B = { considered: 'b', settledGeneration: 6, heldAt: null };

function isProposed(question: Partial<ProposalQuestion>): boolean {
  return isToPropose({
    filesVersion: 'new',
    active: ACTIVE,
    standing: JUST_STARTED,
    lastActivation: null,
    nowMs: 1_000,
    ...question,
  });
}

describe('files are activated', () => {
  it('when nothing is', () => {
    expect(isProposed({ active: null })).toBe(true);
  });

  it('when they never were, by a starting process and by one that sees them change', () => {
    expect(isProposed({})).toBe(true);
    expect(isProposed({ standing: KNEW_B })).toBe(true);
  });

  it('when they were edited back to an earlier state', () => {
    const lastActivation = { generation: 5, atMs: 900 };
    expect(isProposed({ standing: KNEW_B, lastActivation })).toBe(true);
  });

  it('when they were active since, but so long ago that this is another edit', () => {
    const lastActivation = { generation: 7, atMs: 1_000 };
    expect(isProposed({ standing: KNEW_B, lastActivation, nowMs: 60_000 })).toBe(true);
  });

  it('when the overlay that did not fit them has changed', () => {
    const standing = { ...KNEW_B, considered: 'new', heldAt: 2 };
    expect(isProposed({ standing })).toBe(true);
    expect(isProposed({ standing: { ...standing, heldAt: 3 } })).toBe(false);
  });
});

describe('files are not activated', () => {
  it('when they already are', () => {
    expect(isProposed({ filesVersion: 'a' })).toBe(false);
  });

  it('when a process starts with older ones', () => {
    expect(isProposed({ lastActivation: { generation: 5, atMs: 0 } })).toBe(false);
  });

  it('when they have not changed since something else was activated', () => {
    expect(isProposed({ standing: { ...KNEW_B, considered: 'new' } })).toBe(false);
  });

  it('when another process has acted on the same edit, and somebody has rolled it back', () => {
    const lastActivation = { generation: 7, atMs: 900 };
    const active = { ...ACTIVE, generation: 8, chosen: true };
    expect(isProposed({ standing: KNEW_B, lastActivation, active })).toBe(false);
  });
});
