/**
 * The mark: a W drawn as a route that ends at a waypoint. The word beside it is its accessible
 * name.
 */
export function Brand({ href }: { readonly href: string }) {
  return (
    <a class="brand" href={href}>
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" class="mark-ground" />
        <path d="M6.5 10.5l4.2 11 5.3-9 5.3 9 3.1-8" class="mark-route" />
        <circle cx="25.4" cy="9.4" r="2.4" class="mark-point" />
      </svg>
      <span>Waybill</span>
    </a>
  );
}
