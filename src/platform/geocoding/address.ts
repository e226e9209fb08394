/** An address as it is looked up: the label's address without a person's name. */
export interface SoughtAddress {
  /** Street and number, and further lines. */
  readonly lines: readonly string[];
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly region: string | null;
  /** An ISO 3166-1 alpha-2 code. */
  readonly country: string | null;
}

/** How precise a place is: the house, its street, somewhere in its postal code, its town. */
export type PlacePrecision = 'rooftop' | 'street' | 'postal_code' | 'city';

export interface FoundPlace {
  readonly lat: number;
  readonly lng: number;
  readonly precision: PlacePrecision;
}

/** The outcome of an address look-up. */
export type Lookup =
  | { readonly kind: 'found'; readonly place: FoundPlace }
  /** The service does not know the address. */
  | { readonly kind: 'unknown' }
  /** There was no answer; a retry is allowed. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** Finds addresses. Never rejects. */
export interface Geocoder {
  find(address: SoughtAddress): Promise<Lookup>;
}
