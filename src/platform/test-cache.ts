/** vitest's setup before each file: names the run's folder, as bin/typescript.js does for the hub. */
Reflect.set(globalThis, Symbol.for('waybill.kept'), process.env['WAYBILL_TEST_KEPT'] ?? null);
