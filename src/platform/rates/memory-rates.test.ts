import { manualClock } from '../clock.ts';
import { memoryRates } from './test-memory-rates.ts';
import { describeSharedRates } from './test-shared-rates.ts';

const clock = manualClock(1_773_144_000_000);
const rates = memoryRates(clock);

describeSharedRates(
  async () => [rates, rates],
  (ms) => clock.advance(ms),
);
