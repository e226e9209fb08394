/** When the suite of channels plays. */
export const TEST_NOW_MS = Date.UTC(2026, 5, 10, 12, 0, 0);
