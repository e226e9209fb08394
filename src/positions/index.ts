/** The border of own couriers' positions: what other stages may ask of it. */

export type { Fix, ShownPlace, Verdict } from './judge-fix.ts';
export { simplify } from './simplify.ts';
export { synchronizedErrorsM } from './synchronized-error.ts';
export { earthTrail, planeTrail, type Trail } from './trail.ts';
