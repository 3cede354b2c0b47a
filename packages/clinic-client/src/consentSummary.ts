import type { Consent } from '@fieldchart/clinical';
import type { ChartAnswer } from './queries.ts';

/** A consent in a list, wherever it came from. */
export function consentSummary(consent: Consent): Omit<ChartAnswer['consents'][number], 'delivery'> {
  return {
    consentId: consent.id,
    status: consent.status,
    title: consent.sourceAttachment?.title ?? consent.category[0]?.text ?? '',
    signedAt: consent.dateTime ?? null,
  };
}
