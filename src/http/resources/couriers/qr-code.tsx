/** What a QR code of ours is made of: one path on white (`codeImage`). */
const DRAWN = /<svg viewBox="([\d. ]+)".*<path d="([MLZ\d. -]+)"/s;

/** A code as part of the page: the console's policy loads no pictures of other places, not even data. */
export function QrCode({ svg, label }: { readonly svg: string; readonly label: string }) {
  const [, viewBox, path] = DRAWN.exec(svg) ?? [];
  if (viewBox === undefined || path === undefined) return null;
  return (
    <svg viewBox={viewBox} width="280" height="280" role="img" aria-label={label}>
      <rect width="100%" height="100%" fill="#FFFFFF" />
      <path d={path} fill="#000000" fill-rule="evenodd" />
    </svg>
  );
}
