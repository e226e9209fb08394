// Resolves `waybill/adapter` in other packages to the hub's own, wherever the hub runs. Adapter and
// hub then share one contract, and neither needs the other to be installed.
let own = new Map();

/**
 * Sets the modules to redirect.
 * @param data pairs of specifier and file URL.
 */
export function initialize(data) {
  own = new Map(data);
}

export function resolve(specifier, context, nextResolve) {
  return nextResolve(own.get(specifier) ?? specifier, context);
}
