import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../platform/settings/config.ts';
import type { PollerSimulateArgs } from './poller-simulate.ts';
import { addComputingVerbs } from './program.ts';

let simulated: PollerSimulateArgs[] = [];
vi.mock('./poller-simulate.ts', () => ({
  pollerSimulate: async (args: PollerSimulateArgs) => {
    simulated.push(args);
    return 0;
  },
}));
beforeEach(() => {
  simulated = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

async function pausesOf(...options: string[]) {
  const program = new Command();
  addComputingVerbs(program);
  const argv = ['poller', 'simulate', '--history', 'parcels.jsonl', ...options];
  await program.parseAsync(argv, { from: 'user' });
  const [args] = simulated;
  return { floorS: args?.floorS, ceilingS: args?.ceilingS };
}

it('poller simulate keeps the pauses that the hub keeps when none are given', async () => {
  const { pollingFloorS, pollingCeilingS } = readConfig({});
  expect(await pausesOf()).toEqual({ floorS: pollingFloorS, ceilingS: pollingCeilingS });
});

it('poller simulate keeps the pauses an operator has set', async () => {
  vi.stubEnv('WAYBILL_POLLING_FLOOR_MINUTES', '9');
  expect(await pausesOf()).toMatchObject({ floorS: 540 });
});

it('poller simulate keeps the pauses it is given', async () => {
  expect(await pausesOf('--floor', '1', '--ceiling', '2')).toEqual({ floorS: 60, ceilingS: 7_200 });
});
