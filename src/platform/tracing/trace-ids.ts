/** A trace's id in hex: the UUID it begins with. */
export function traceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

/** A span's id in hex: the random half of the UUID of the object it created. */
export function spanIdOf(uuid: string): string {
  return traceIdOf(uuid).slice(16);
}
