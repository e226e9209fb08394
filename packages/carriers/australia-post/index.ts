import type { CarrierAdapter } from 'waybill/adapter';
import { access } from './access.ts';
import { manifest } from './manifest.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { track } from './track.ts';

export const adapter: CarrierAdapter = { manifest, numbers, parse, access, track };
