import type { CarrierAdapter } from '../contract/contract.ts';
import { access } from './access.ts';
import { manifest } from './manifest.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { pickupPoints } from './pickup-points.ts';
import { proofOfDelivery } from './proof-of-delivery.ts';
import { subscribe } from './subscribe.ts';
import { track } from './track.ts';
import { webhook } from './webhook.ts';

export const adapter: CarrierAdapter = {
  manifest,
  numbers,
  parse,
  webhook,
  access,
  track,
  subscribe,
  proofOfDelivery,
  pickupPoints,
};
