// What adapters of other packages import as `waybill/adapter` is the hub's own, wherever it runs:
// an adapter and its hub then mean the same by the contract, and neither needs the other installed.
const OWN = new Map([
  ['waybill/adapter', new URL('../src/adapters/sdk.ts', import.meta.url).href],
  ['waybill/adapter/sandbox', new URL('../src/adapters/sandbox-kit.ts', import.meta.url).href],
]);

export function resolve(specifier, context, nextResolve) {
  return nextResolve(OWN.get(specifier) ?? specifier, context);
}
