/** The border of own couriers: what other stages may ask of it. */

export {
  type Fix,
  judgeFix,
  NOWHERE,
  type ShownPlace,
  type Verdict,
} from './positions/judge-fix.ts';
export { simplify } from './positions/simplify.ts';
export { synchronizedErrorsM } from './positions/synchronized-error.ts';
export { earthTrail, planeTrail, type Trail } from './positions/trail.ts';
