// What adapters of other packages import as `waybill/adapter` is the hub's own, wherever it runs:
// an adapter and its hub then mean the same by the contract, and neither needs the other installed.
let own = new Map();

/** @param data pairs of specifier and file URL. */
export function initialize(data) {
  own = new Map(data);
}

export function resolve(specifier, context, nextResolve) {
  return nextResolve(own.get(specifier) ?? specifier, context);
}
