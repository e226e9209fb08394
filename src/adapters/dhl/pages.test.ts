import { describe, expect, it } from 'vitest';
import { serviceLeftOut } from './track.ts';

const WAYBILL = '9876500012';
const page = (urls: unknown, ...services: readonly string[]) => {
  const shipments = services.map((service) => ({ id: WAYBILL, service }));
  return { body: { shipments, possibleAdditionalShipmentsUrl: urls }, shipments, next: null };
};
const url = (service: string) => `/shipments?trackingNumber=${WAYBILL}&service=${service}`;

describe('the network that was left out', () => {
  it('is none when the carrier names no other, or names it in no address', () => {
    expect(serviceLeftOut(page(undefined, 'parcel-de'), WAYBILL)).toBeNull();
    expect(serviceLeftOut(page('express', 'parcel-de'), WAYBILL)).toBeNull();
    expect(serviceLeftOut(page([7, '/shipments'], 'parcel-de'), WAYBILL)).toBeNull();
  });

  it('is none when the number does not look like one of it, so that no call is spent', () => {
    expect(serviceLeftOut(page([url('parcel-nl')], 'parcel-de'), WAYBILL)).toBeNull();
    expect(serviceLeftOut(page([url('express')], 'parcel-de'), '1234567')).toBeNull();
  });

  it('is none when it has answered already', () => {
    expect(serviceLeftOut(page([url('express')], 'parcel-de', 'express'), WAYBILL)).toBeNull();
  });

  it('is the one that the number looks like', () => {
    expect(serviceLeftOut(page([url('ecommerce'), url('express')], 'parcel-de'), WAYBILL)).toBe(
      'express',
    );
  });
});
