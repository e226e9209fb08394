import type { CarrierAdapter } from '../contract.ts';
import { manifest } from './manifest.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { webhook } from './webhook.ts';

export const adapter: CarrierAdapter = { manifest, numbers, parse, webhook };
