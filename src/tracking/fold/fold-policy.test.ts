import { describe, expect, it } from 'vitest';
import type { AdapterManifest } from '../../adapters/contract/contract.ts';
import { manifest as fleet } from '../../adapters/fleet/manifest.ts';
import { foldPolicy } from './fold-input.ts';

const manifest = (
  pullsFullHistory: boolean,
  historyCap: AdapterManifest['historyCap'],
): AdapterManifest => ({ ...fleet, pullsFullHistory, historyCap });

describe('what the fold needs from a carrier', () => {
  it('is what its manifest says, with days as milliseconds', () => {
    expect(foldPolicy(manifest(true, { maxEvents: 40, maxAgeDays: 2 }))).toMatchObject({
      pullsFullHistory: true,
      historyMaxEvents: 40,
      historyMaxAgeMs: 172_800_000,
    });
  });

  it('has no limits where the manifest names none', () => {
    expect(foldPolicy(manifest(false, { maxEvents: null, maxAgeDays: null }))).toMatchObject({
      pullsFullHistory: false,
      historyMaxEvents: null,
      historyMaxAgeMs: null,
    });
  });

  it('tells the categories of the carrier from those of the bridges that report on it', () => {
    const own = { ...fleet, categoryKeys: ['phase'] };
    const { categoryKeysOf } = foldPolicy(own, () => ({ ...fleet, categoryKeys: ['tag'] }));
    expect([categoryKeysOf?.(undefined), categoryKeysOf?.('bridge')]).toEqual([['phase'], ['tag']]);
  });

  it('expects nothing of a carrier that is not installed', () => {
    expect(foldPolicy(null)).toMatchObject({
      pullsFullHistory: false,
      historyMaxEvents: null,
      historyMaxAgeMs: null,
    });
  });
});
