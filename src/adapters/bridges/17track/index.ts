import { bareNumber, type CarrierAdapter } from '../../sdk.ts';
import { access } from './access.ts';
import { bridge } from './bridge.ts';
import { manifest } from './manifest.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';
import { webhook } from './webhook.ts';

export const adapter: CarrierAdapter = {
  manifest,
  numbers: { normalize: bareNumber, recognise: () => [] },
  parse,
  webhook,
  access,
  track,
  bridge,
};
