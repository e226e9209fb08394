import { describe } from 'vitest';
import { createMemoryPlaces } from './memory-places.ts';
import { describePlaceStore } from './test-place-store.ts';

describe('places in the process', () => {
  describePlaceStore(async () => createMemoryPlaces());
});
