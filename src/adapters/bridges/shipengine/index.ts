import type { CarrierAdapter } from '../../sdk.ts';
import { access } from './access.ts';
import { bridge } from './bridge.ts';
import { manifest } from './manifest.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';
import { webhook } from './webhook.ts';

export const adapter: CarrierAdapter = {
  manifest,
  numbers,
  parse,
  bridge,
  webhook,
  access,
  track,
};
