import type { CarrierAdapter } from '../contract/contract.ts';
import { manifest } from './manifest.ts';
import { mint, numbers } from './numbers.ts';
import { identity, parse } from './parse.ts';

export const adapter: CarrierAdapter = { manifest, numbers, parse, scans: { mint, identity } };
