import type { CarrierAdapter } from '../sdk.ts';
import { access } from './access.ts';
import { manifest } from './manifest.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { pickupPoints } from './pickup-points.ts';
import { proofOfDelivery } from './proof.ts';
import { track } from './track.ts';

export const adapter: CarrierAdapter = {
  manifest,
  numbers,
  parse,
  access,
  track,
  proofOfDelivery,
  pickupPoints,
};
