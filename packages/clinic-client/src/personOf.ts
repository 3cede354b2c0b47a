import { displayName, type Patient } from '@fieldchart/clinical';

/** Who a client is and how they are reached, as the screens show it. */
export function personOf(patient: Patient) {
  const address = patient.address?.[0];
  const parts = [...(address?.line ?? []), address?.city, address?.state, address?.postalCode];
  const line = parts.filter((part) => part !== undefined && part !== '').join(', ');
  return {
    name: displayName(patient),
    birthDate: patient.birthDate ?? null,
    gender: patient.gender ?? null,
    phone: patient.telecom?.find((contact) => contact.system === 'phone')?.value ?? null,
    address: line === '' ? null : line,
  };
}
