import type { BundleEntry } from '../fhir/envelopes.ts';

/**
 * `POST /fhir/$review`: work for a client who has left the caseload while it waited on the device. Takes the same
 * Bundle as `POST /fhir`; every entry names its mutation id. Each entry of a batch, or a whole transaction, is kept
 * word for word for a supervisor, who accepts it (then it is written under its mutation ids and its author's name) or
 * sets it aside. Answered with 200 and a `batch-response` or `transaction-response`, whose entries say:
 *
 * | status | meaning for the device |
 * | --- | --- |
 * | 202 | kept for review; {@link reviewReceiptOf} reads the receipt. Sent again it is answered with the same receipt |
 * | 200, 201 with etag | it was written before: an acknowledgement, as from `POST /fhir` |
 * | 403 | the practitioner was never in the client's care team, or there is no client: seal it for rescue |
 * | 409 | the mutation id was used by somebody else or for another resource: seal it |
 * | 400, 422 | malformed: seal it |
 *
 * A transaction that is refused is refused whole: the answer is that status with an OperationOutcome that names
 * `Bundle.entry[n]`. Other answers mean what they mean for `POST /fhir` (401, 408, 413, 429, 5xx; 410 `epoch-changed`
 * with the cursor's header).
 *
 * Whoever is in the care team again meanwhile is answered 202 all the same: nothing is lost by a person's look.
 *
 * Conditions are judged when it is accepted. An update whose predecessor has no version yet names none: it carries
 * neither If-Match nor If-None-Match, and derives from what this practitioner wrote to the resource last before it: by
 * late work, once that is accepted, or by a write that reached the server though its answer was lost.
 */
export const REVIEW_PATH = '/fhir/$review';

export interface ReviewReceipt {
  /** Id of the review item, a UUID: what the user may tell the supervisor. */
  readonly itemId: string;
  /** The server's time of receipt, an instant. */
  readonly receivedAt: string;
}

/** `Bundle.entry.response` of what is kept for review. */
export function reviewReceiptResponse(receipt: ReviewReceipt): NonNullable<BundleEntry['response']> {
  return {
    status: '202 Accepted',
    location: `urn:uuid:${receipt.itemId}`,
    lastModified: receipt.receivedAt,
  };
}

/** Inverse of {@link reviewReceiptResponse}; undefined for an answer of another kind. */
export function reviewReceiptOf(response: {
  readonly status?: string | undefined;
  readonly location?: string | undefined;
  readonly lastModified?: string | undefined;
}): ReviewReceipt | undefined {
  const itemId = /^urn:uuid:([0-9a-f-]{36})$/u.exec(response.location ?? '')?.[1];
  const { status, lastModified } = response;
  if (status === undefined || !/^202\b/u.test(status) || itemId === undefined || lastModified === undefined) {
    return undefined;
  }
  return { itemId, receivedAt: lastModified };
}
