/** An address as it is looked up: the label's address without a person's name. */
export interface SoughtAddress {
  /** Street and number, and what else there is. */
  readonly lines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
}

/** How near to the door a place is: at it, in its street, somewhere in its postal code, in its town. */
export type PlacePrecision = 'rooftop' | 'street' | 'postal_code' | 'city';

export interface FoundPlace {
  readonly lat: number;
  readonly lng: number;
  readonly precision: PlacePrecision;
}

/** The outcome of an address look-up. */
export type Lookup =
  | { readonly kind: 'found'; readonly place: FoundPlace }
  /** The service knows no such address. */
  | { readonly kind: 'unknown' }
  /** No answer; a retry is allowed. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** Finds addresses. Never rejects. */
export interface Geocoder {
  find(address: SoughtAddress): Promise<Lookup>;
}
