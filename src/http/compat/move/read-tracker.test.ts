import { expect, it } from 'vitest';
import { loadAdapters } from '../../../adapters/index.ts';
import { easypostWords } from '../easypost/tracker.ts';
import { readVocabulary } from '../vocabulary.ts';
import { readTracker } from './read-tracker.ts';

it('names what of a place cannot be used, and keeps the rest', async () => {
  const vocabulary = readVocabulary('easypost', easypostWords);
  const place = { city: 'Berlin', zip: '10115 Berlin, Germany', country: 'Germany', state: null };
  const read = readTracker({ registry: await loadAdapters(), vocabulary }, 'live', {
    id: `trk_${'0'.repeat(32)}`,
    ...{ mode: 'production', tracking_code: '100000000007', carrier: 'FedEx', status: 'unknown' },
    ...{ created_at: '2026-03-01T08:00:00Z' },
    carrier_detail: { destination_tracking_location: place },
  });
  const destination = { city: 'Berlin', country: 'DE' };
  expect(read).toMatchObject({ parcel: { wanted: { personal: { destination } } } });
  expect(Object(read).warning).toMatch(/^destination_postal_code: /);
});
