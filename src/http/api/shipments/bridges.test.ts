import { expect, it } from 'vitest';
import { detectCarriers } from '../../../adapters/index.ts';
import { relayRegistry } from '../../../tracking/test-relay.ts';
import { namedCarrier } from './new-shipment.ts';

it('a bridge is the carrier of no shipment', () => {
  expect(() => namedCarrier(relayRegistry, 'relay')).toThrow(
    expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/carrier' })] }),
  );
});

it('a bridge is never detected, even if it recognises the number', () => {
  const all = relayRegistry.list().map((adapter) => ({
    ...adapter,
    numbers: { ...adapter.numbers, recognise: () => [CERTAIN] },
  }));
  const carriers = all.filter(({ manifest }) => manifest.role !== 'bridge');
  const registry = { ...relayRegistry, list: () => all, carriers: () => carriers };
  const found = detectCarriers(registry, 'ACME1').map(({ carrier }) => carrier);
  expect(found).toEqual(['acme']);
});

const CERTAIN = { format: 'any', certainty: 0.9, checkDigit: 'none' } as const;
