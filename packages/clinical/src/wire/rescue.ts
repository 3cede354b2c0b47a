import { z } from 'zod';
import { id, instant } from '../fhir/primitives.ts';
import { agreementJwk, compactJwe, compactJws, key256, numericDate, signingJwk, uuidText } from './keys.ts';

/** Characters of a rescue request's or answer's text; a whole one has about 1,900. */
export const LONGEST_RESCUE_TEXT = 8192;
/** `typ` of the JWE in an answer. */
export const RESCUE_ANSWER_TYPE = 'fieldchart-rescue-answer';

/** What a device asks when its secret is forgotten; travels as base64url of its JSON. */
export const rescueRequest = z.strictObject({
  id: uuidText,
  organization: id,
  practitioner: id,
  /** The signing key that nobody can open any more. */
  device: uuidText,
  /** The data key, sealed to the organisation's rescue key at enrolment. */
  sealed: compactJwe,
  /** Fresh; the answer is sealed to it. */
  agreement_key: agreementJwk,
  /** Id of the new signing key. */
  device_id: uuidText,
  signing_key: signingJwk,
  iat: numericDate,
});
export type RescueRequest = z.infer<typeof rescueRequest>;

/** What the answer's JWE holds. */
export const rescueAnswer = z.strictObject({
  /** Id of the request. */
  request: uuidText,
  data_key: key256,
  /** A ticket's JWT for the new signing key. */
  ticket: compactJws,
});
export type RescueAnswer = z.infer<typeof rescueAnswer>;

/** `POST /auth/rescue`. */
export const rescueSubmission = z.strictObject({ request: z.string().min(1).max(LONGEST_RESCUE_TEXT) });

/** `GET /auth/rescue/{id}`, once there is an answer. */
export const rescueDelivery = z.strictObject({
  answer: z.string().min(1).max(LONGEST_RESCUE_TEXT),
  answered_at: instant,
});
export type RescueDelivery = z.infer<typeof rescueDelivery>;
