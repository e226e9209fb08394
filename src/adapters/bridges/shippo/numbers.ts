import { bareNumber, type NumberRecogniser } from '../../sdk.ts';

/** Shippo tracks other carriers' numbers and has none of its own. */
export const numbers: NumberRecogniser = { normalize: bareNumber, recognise: () => [] };
