import { bareNumber, type NumberRecogniser } from '../../sdk.ts';

/** ShipEngine tracks other carriers' numbers and has none of its own. */
export const numbers: NumberRecogniser = { normalize: bareNumber, recognise: () => [] };
