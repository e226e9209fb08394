// Resolves `waybill/adapter` in other packages to the hub's own, wherever the hub runs: adapter and
// hub then share one contract, and neither needs the other installed.
let own = new Map();

/** @param data pairs of specifier and file URL. */
export function initialize(data) {
  own = new Map(data);
}

export function resolve(specifier, context, nextResolve) {
  return nextResolve(own.get(specifier) ?? specifier, context);
}
